// What every page of the site has in common. Pages read and navigate without it.
"use strict";

document.documentElement.classList.add("scripted");
