namespace ManagedTransformer.Cli;

/// <summary>Finds recipes by path or by name.</summary>
internal static class RecipePath
{
    private const string Folder = "models", Extension = ".json";

    /// <summary>How commands describe the argument.</summary>
    public const string Description = "A recipe: a JSON file, or the name of one in ./models or of one that comes with the tool.";

    /// <summary>The file that a path or a bare name stands for.</summary>
    /// <param name="recipe">For instance <c>my/recipe.json</c> or <c>stories</c>.</param>
    /// <exception cref="InputException">There is no such file or name.</exception>
    public static string Find(string recipe)
    {
        if (File.Exists(recipe))
        {
            return recipe;
        }

        if (!IsBareName(recipe))
        {
            throw new InputException($"The recipe '{recipe}' does not exist.");
        }

        string file = recipe.EndsWith(Extension, StringComparison.Ordinal) ? recipe : recipe + Extension;
        return Folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"The recipe '{recipe}' does not exist; the known names are: {string.Join(", ", Names())}.");
    }

    /// <summary>Whether something can be the name of a recipe, not a path.</summary>
    public static bool IsBareName(string recipe) => recipe.Length > 0 && Path.GetFileName(recipe) == recipe;

    private static string[] Folders => [Folder, Path.Combine(AppContext.BaseDirectory, Folder)];

    private static IEnumerable<string> Names() => Folders.Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*" + Extension))
        .Select(file => Path.GetFileNameWithoutExtension(file)).Distinct().Order(StringComparer.Ordinal);
}
