// The staff's pages.
import "./common.js";
import "./upload.js";
import "./toggle.js";
import "./select-all.js";
import "./hotkey.js";
import "./row-keys.js";
import "./board.js";
import "./live-preview.js";
