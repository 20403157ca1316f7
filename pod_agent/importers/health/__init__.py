"""Google Health and Fitbit: both trees of the Takeout, older exports, saved answers of the Web API and the new one."""
