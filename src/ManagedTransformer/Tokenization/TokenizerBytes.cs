using System.Text;
using ManagedTransformer.Files;

namespace ManagedTransformer.Tokenization;

/// <summary>Reads tokenizer files of any origin, with a limit to their size.</summary>
internal static class TokenizerBytes
{
    /// <summary>The most bytes of a file, after decompression.</summary>
    public const long Most = 256 << 20;

    /// <summary>The bytes of a file; those of a <c>.gz</c> file are decompressed.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, not valid gzip, or too large.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = InputFile.OpenRead(path);
            if (file.CanSeek && file.Length > Most)
            {
                throw TooLarge(path);
            }

            byte[] bytes = InputFile.Read(file);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? GzipFile.Decompress(bytes, path, Most) : bytes;
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

    private static InputException TooLarge(string path) =>
        new($"The file '{path}' is larger than {Most >> 20} MiB, the most for a tokenizer.");
}
