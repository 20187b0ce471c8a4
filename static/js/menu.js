// <details class="menu"> closes on Escape, and when something outside is pressed or focused.
const openMenus = () => document.querySelectorAll("details.menu[open]");

function closeOthers(target) {
    for (const menu of openMenus()) {
        if (!menu.contains(target)) menu.open = false;
    }
}

document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("focusin", (event) => closeOthers(event.target));
document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
    }
});
