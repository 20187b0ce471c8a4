import htmx from "htmx.org";
import "./messages.js";
import "./menu.js";
import "./dialog.js";
import "./confirm.js";
import "./copy.js";
import "./tabs.js";
import "./autosubmit.js";
import "./keep.js";
import "./version.js";
import "./submit-once.js";
import "./viewer.js";
import "./passkey.js";

window.htmx = htmx;
