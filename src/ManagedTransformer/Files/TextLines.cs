namespace ManagedTransformer.Files;

/// <summary>Reads text files by lines.</summary>
internal static class TextLines
{
    /// <summary>The lines of a UTF-8 file, also as <c>.gz</c>, as <see cref="Utf8Text"/> has them.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, unreadable or not UTF-8.</exception>
    public static List<string> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Utf8Text.Lines(InputFile.ReadAllBytes(path), $"'{path}'");
    }
}
