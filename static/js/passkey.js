/* Asks the browser for a passkey and sends what it gives. Where this does not run, a code does the same. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const button = form.querySelector("[data-passkey-go]");
  const trouble = form.querySelector("[data-passkey-trouble]");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    document.querySelector("[data-passkey-none]")?.removeAttribute("hidden");
    return;
  }

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const words = (buffer) => {
    let plain = "";
    for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  /* What stands in the options as words and has to be bytes. */
  const asked = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const name of ["allowCredentials", "excludeCredentials"]) {
      for (const known of options[name] || []) known.id = bytes(known.id);
    }
    return options;
  };
  const answered = (credential) => {
    const { response } = credential;
    const found = { clientDataJSON: words(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) found[name] = words(response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: words(credential.rawId),
      type: credential.type,
      response: found,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const ask = async () => {
    button.disabled = true;
    trouble.hidden = true;
    try {
      const options = { publicKey: asked() };
      const made = form.dataset.passkey === "make";
      const credential = await (made ? navigator.credentials.create(options) : navigator.credentials.get(options));
      form.elements.credential.value = answered(credential);
      form.submit();
    } catch {
      /* Somebody said no, or the time ran out. The browser tells nobody which. */
      trouble.hidden = false;
      button.disabled = false;
      button.focus();
    }
  };
  button.hidden = false;
  form.querySelector("[data-passkey-name]")?.removeAttribute("hidden");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
})();
