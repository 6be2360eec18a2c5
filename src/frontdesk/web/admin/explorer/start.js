// Shows the document of this very listener. Keys are kept in this page's memory only.
SwaggerUIBundle({
  url: "v1/openapi.json",
  dom_id: "#explorer",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
