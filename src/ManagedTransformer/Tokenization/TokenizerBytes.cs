using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Files;

namespace ManagedTransformer.Tokenization;

/// <summary>Reads tokenizer files of any origin, with a limit to their size.</summary>
internal static class TokenizerBytes
{
    /// <summary>The most bytes of a file, after decompression.</summary>
    public const long Most = 256 << 20;

    // An entry of a vocabulary takes a text, its place in a table, and its part of a document.
    private const int BytesPerEntry = 96, SpareBytes = 64 << 20, DeepestNesting = 64;

    /// <summary>The bytes of a file; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, not valid gzip, or too large.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                return file.Length <= Most ? File.ReadAllBytes(path) : throw TooLarge(path);
            }

            using GZipStream gzip = new(file, CompressionMode.Decompress);
            using MemoryStream output = new();
            byte[] buffer = new byte[1 << 16];
            for (int read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                output.Write(buffer, 0, read);
                if (output.Length > Most)
                {
                    throw TooLarge(path);
                }
            }

            return output.ToArray();
        }
        catch (Exception e) when (InputFile.Describe(e, path) is not null)
        {
            throw new InputException(InputFile.Describe(e, path)!, e);
        }
    }

    /// <summary>The bytes of a file of text without its byte-order mark.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, too large, or not UTF-8.</exception>
    public static ReadOnlyMemory<byte> ReadText(string path)
    {
        byte[] bytes = Read(path);
        Utf16Detection.Refuse(bytes, 0, $"'{path}'");
        Utf8Text.RequireValid(bytes, $"'{path}'");
        return bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
    }

    /// <summary>
    /// Refuses a file of this library's own whose entries would take far more memory than the file: it is read as a document.
    /// </summary>
    /// <exception cref="InputException">It has too many entries.</exception>
    public static void RequireRoom(ReadOnlyMemory<byte> json, string path)
    {
        long most = (2L * json.Length + SpareBytes) / BytesPerEntry, entries = 0;
        Utf8JsonReader reader = new(json.Span, new JsonReaderOptions { MaxDepth = DeepestNesting });
        while (reader.Read())
        {
            entries++;
        }

        if (entries > most)
        {
            throw new InputException($"The file '{path}' has {entries:N0} entries, the most for a tokenizer of its size are {most:N0}.");
        }
    }

    private static InputException TooLarge(string path) =>
        new($"The file '{path}' is larger than {Most >> 20} MiB, the most for a tokenizer.");
}
