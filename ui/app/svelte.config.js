/** Runes everywhere; an accessibility warning stops the build. @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: {
    runes: true,
    warningFilter: (warning) => {
      if (warning.code.startsWith('a11y_')) throw new Error(`${warning.filename}:${warning.start?.line} ${warning.code}: ${warning.message}`);
      return true;
    },
  },
};
