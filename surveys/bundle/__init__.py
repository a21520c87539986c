"""What an export bundle holds and how it is checked. No Django here: these modules travel with every bundle."""
