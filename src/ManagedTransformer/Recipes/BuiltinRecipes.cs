using System.Reflection;

namespace ManagedTransformer.Recipes;

/// <summary>The recipes that are part of this assembly.</summary>
internal static class BuiltinRecipes
{
    private const string Folder = "recipes/", Extension = ".json", Schema = "recipe.schema.json";

    private static readonly Assembly _assembly = typeof(BuiltinRecipes).Assembly;

    /// <summary>Their names in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. _assembly.GetManifestResourceNames().Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The file with the schema of recipes.</summary>
    public static byte[] ReadSchema() => ReadResource(Schema)!;

    /// <summary>The file of a recipe.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static byte[] Read(string name) => ReadResource(Folder + name + Extension)
        ?? throw new InputException(
            $"There is no recipe '{name}'{(NearestName.Of(name, Names) is { } near ? $"; did you mean '{near}'?" : ".")}");

    private static byte[]? ReadResource(string name)
    {
        using Stream? stream = _assembly.GetManifestResourceStream(name);
        if (stream is null)
        {
            return null;
        }

        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return file;
    }
}
