// The customers' pages. Every module listens on the document, so that what htmx swaps in works too.
import "./common.js";
import "./upload.js";
import "./select-all.js";
import "./folds.js";
