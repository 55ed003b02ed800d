/** Shows the contract of the server that serves this page, with calls that can be tried on it. */

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The class by which Swagger UI is dark. */
function followPreference() {
  document.documentElement.classList.toggle('dark-mode', prefersDark.matches);
}

prefersDark.addEventListener('change', followPreference);
followPreference();

globalThis.SwaggerUIBundle({
  url: '../openapi.yaml',
  dom_id: '#reference',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // The validator is a server of somebody else's.
  validatorUrl: null,
});
