using System.Text;

namespace ManagedTransformer.Files;

/// <summary>
/// Reads files of text that the library gives a meaning to (JSON, vocabularies, merges): UTF-8 with or without a byte-order mark.
/// </summary>
internal static class Utf8File
{
    /// <summary>The bytes of a file without its byte-order mark; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, not valid gzip, or not UTF-8.</exception>
    public static byte[] Read(string path)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        Utf16Detection.Refuse(bytes, 0, $"'{path}'");
        Utf8Text.RequireValid(bytes, $"'{path}'");
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }
}
