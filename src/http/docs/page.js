/** Shows the contract of the server that serves this page, with calls that can be tried on it. */

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The class by which Swagger UI is dark. */
function followPreference() {
  document.documentElement.classList.toggle('dark-mode', prefersDark.matches);
}

prefersDark.addEventListener('change', followPreference);
followPreference();

/** A stream is shown here only once it has ended, so it is not offered to be tried: its description says how to watch it. */
const streamsAreRead = () => ({
  statePlugins: {
    spec: {
      wrapSelectors: {
        allowTryItOutFor:
          (isAllowed, { specSelectors }) =>
          (state, path, method) => {
            const answers = ['responses', '200', 'content', 'text/event-stream'];
            return (
              !specSelectors.specJson().hasIn(['paths', path, method, ...answers]) && isAllowed(state, path, method)
            );
          },
      },
    },
  },
});

globalThis.SwaggerUIBundle({
  url: '../openapi.yaml',
  dom_id: '#reference',
  deepLinking: true,
  plugins: [streamsAreRead],
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // The validator is a server of somebody else's.
  validatorUrl: null,
});
