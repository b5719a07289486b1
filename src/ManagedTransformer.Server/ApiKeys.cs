using ManagedTransformer.Cli;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Server;

/// <summary>The keys that a server is told.</summary>
internal static class ApiKeys
{
    private const int Fewest = 16;

    /// <summary>Reads them.</summary>
    /// <param name="file">A file with one per line; null for none.</param>
    /// <param name="variable">One more, of the environment (<see cref="ServeCommand.KeyVariable"/>); null for none.</param>
    /// <exception cref="UsageException">The file has none, or a key is too short or has other characters than a header can.</exception>
    /// <exception cref="InputException">The file is missing or cannot be read.</exception>
    public static List<string> Read(string? file, string? variable)
    {
        List<string> keys = [];
        if (file is not null)
        {
            string[] lines = Lines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Trim() is { Length: > 0 } key)
                {
                    keys.Add(Require(key, $"--api-key-file '{file}': the key in line {i + 1}"));
                }
            }

            if (keys.Count == 0)
            {
                throw new UsageException($"--api-key-file '{file}' has no key.");
            }
        }

        if (variable is not null)
        {
            keys.Add(Require(variable.Trim(), $"The key in {ServeCommand.KeyVariable} of the environment"));
        }

        return keys;
    }

    private static string Require(string key, string where) =>
        key.Length >= Fewest && key.All(letter => letter is > ' ' and <= '~') ? key : throw new UsageException(
            $"{where} must have at least {Fewest} characters, all of them visible ASCII; 'openssl rand -hex 24' makes one.");

    private static string[] Lines(string file)
    {
        if (file.Length == 0)
        {
            throw new UsageException("--api-key-file needs the name of a file.");
        }

        try
        {
            RegularFile.Require(file);
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? $"the file '{file}' does not exist."
                : Directory.Exists(file) ? $"'{file}' is a folder, not a file."
                : e is UnauthorizedAccessException ? $"the file '{file}' cannot be opened: access is denied."
                : e.Message;
            throw new InputException($"--api-key-file: {reason}", e);
        }
    }
}
