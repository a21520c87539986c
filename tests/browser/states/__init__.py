"""Every page an expert may meet, in every state that looks different: name → how to get there."""
