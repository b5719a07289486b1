using System.Text;

namespace ManagedTransformer.Data;

/// <summary>Reads files of text that the library gives a meaning to (JSON, vocabularies, merges): UTF-8 with or without a byte-order mark.</summary>
static class Utf8File
{
    /// <summary>The bytes of a file without its byte-order mark; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, not valid gzip, or UTF-16.</exception>
    public static byte[] Read(string path)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        // Editors that write UTF-16 begin with its mark. Without one a zero beside the first character, which is ASCII in all these files, tells it.
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, > 0, ..] or [> 0, 0, ..])
        {
            throw new InputException($"The file '{path}' is UTF-16; save it as UTF-8.");
        }

        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }
}
