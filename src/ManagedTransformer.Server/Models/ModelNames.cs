using ManagedTransformer.Cli;

namespace ManagedTransformer.Server.Models;

/// <summary>The names of models on a command line.</summary>
internal static class ModelNames
{
    /// <summary>Names and folders.</summary>
    /// <param name="arguments">Folders, or <c>NAME=FOLDER</c>.</param>
    /// <exception cref="UsageException">Two have the same name, or one has none.</exception>
    public static (string Name, string Folder)[] Read(IReadOnlyList<string> arguments)
    {
        (string Name, string Folder)[] models = [.. arguments.Select(Read)];
        if (models.GroupBy(model => model.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException($"Two models have the name '{twice.Key}'; NAME=FOLDER gives one of them another.");
        }

        return models;
    }

    // A folder of that very name is meant as it is.
    private static (string Name, string Folder) Read(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        (string name, string folder) = equals > 0 && !Directory.Exists(argument)
            ? (argument[..equals], argument[(equals + 1)..])
            : (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(argument.Length > 0 ? argument : "."))), argument);
        return name.Length > 0 && folder.Length > 0
            ? (name, folder)
            : throw new UsageException($"The model '{argument}' has no name; NAME=FOLDER gives it one.");
    }
}
