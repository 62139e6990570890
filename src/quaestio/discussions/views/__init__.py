"""The pages of the conversation. Each view shows its whole path: door, form, action, page."""
