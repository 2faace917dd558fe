"""The shipped command dies, or its disk fails, at each call it makes of the system."""
