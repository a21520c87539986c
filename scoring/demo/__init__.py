"""The demo: synthetic panels and data that go in through the services and come out of the tasks."""
