using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Options;

/// <summary>A recipe that an argument stands for.</summary>
/// <param name="Name">Its name: that of its file without the extension.</param>
/// <param name="Source">What to call it in messages: the file, or the name of one that comes with the tool.</param>
/// <param name="Recipe">The recipe, checked.</param>
internal sealed record NamedRecipe(string Name, string Source, Recipe Recipe)
{
    private const string Folder = "models", Extension = ".json";

    /// <summary>The description of the argument in the help of commands.</summary>
    public const string Description =
        "A recipe: a JSON file, or the name of one in ./models or of one that comes with the tool ('mt recipes' lists them).";

    /// <summary>The recipe of a language model.</summary>
    /// <exception cref="InputException">It is that of another model.</exception>
    public LanguageModelRecipe LanguageModel => Recipe as LanguageModelRecipe
        ?? throw new InputException($"{Source}: this needs the recipe of a language model ('{Recipes.Recipe.TransformerLanguageModel}').");

    /// <summary>The recipe that a path or a bare name stands for.</summary>
    /// <param name="argument">For instance <c>my/recipe.json</c> or <c>stories</c>.</param>
    /// <exception cref="InputException">There is no such file or name, or it is no recipe.</exception>
    /// <exception cref="UsageException">It stands for standard input.</exception>
    public static NamedRecipe Load(string argument)
    {
        if (File.Exists(argument))
        {
            return OfFile(argument);
        }

        if (argument == "-")
        {
            throw new UsageException(
                "A recipe is not read from standard input ('-'): name a JSON file, or a recipe that 'mt recipes' lists.");
        }

        if (!IsBareName(argument))
        {
            throw new InputException($"The recipe '{argument}' does not exist.");
        }

        string name = argument.EndsWith(Extension, StringComparison.Ordinal) ? argument[..^Extension.Length] : argument;
        string file = Path.Combine(Folder, name + Extension);
        if (File.Exists(file))
        {
            return OfFile(file);
        }

        return Recipe.BuiltinNames.Contains(name) ? new NamedRecipe(name, name, Recipe.Builtin(name)) : throw Unknown(argument, name);
    }

    /// <summary>Returns true if something can be the name of a recipe, not a path.</summary>
    public static bool IsBareName(string recipe) => recipe.Length > 0 && Path.GetFileName(recipe) == recipe;

    private static NamedRecipe OfFile(string file) => new(Path.GetFileNameWithoutExtension(file), file, Recipe.Load(file));

    private static InputException Unknown(string argument, string name)
    {
        string[] known = [.. Recipe.BuiltinNames.Concat(Names()).Distinct()];
        string guess = NearestName.Of(name, known) is { } near ? $": did you mean '{near}'?" : ".";
        return new InputException($"The recipe '{argument}' does not exist{guess} 'mt recipes' lists the known names.");
    }

    private static IEnumerable<string> Names() =>
        Directory.Exists(Folder)
            ? Directory.EnumerateFiles(Folder, "*" + Extension).Select(file => Path.GetFileNameWithoutExtension(file))
                .Where(name => !name.EndsWith(".schema", StringComparison.Ordinal))
            : [];
}
