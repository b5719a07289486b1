using ManagedTransformer.Data.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Hashing;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.SentencePiece;

namespace ManagedTransformer.Tokenization;

/// <summary>Reads tokenizers of any kind.</summary>
public static class Tokenizer
{
    /// <summary>
    /// Reads a <c>tokenizer.json</c>: one that <see cref="ITokenizer.Save"/> wrote, or a byte-level BPE in Hugging Face's format.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that this library does not
    /// support.</exception>
    public static ITokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path) || IsSentencePiece(path))
        {
            return LoadPipeline(path);
        }

        return JsonFile.Read<ITokenizer>(path, root =>
        {
            if (root.TryGetProperty("model", out _))
            {
                return HuggingFaceTokenizerFile.Read(root, path);
            }

            return JsonFile.RequireString(root, "type", path) switch
            {
                ByteTokenizer.TypeName => ByteTokenizer.Read(root, path),
                CharacterTokenizer.TypeName => CharacterTokenizer.Read(root, path),
                WordTokenizer.TypeName => WordTokenizer.Read(root, path),
                string other => throw new InputException($"The tokenizer type '{other}' in '{path}' is not one of byte, char, word."),
            };
        });
    }

    /// <summary>Reads a tokenizer of somebody else's model, with everything that its file says.</summary>
    /// <param name="path">A <c>tokenizer.json</c> of Hugging Face's format, or a sentencepiece <c>.model</c>; either may be in gzip.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that this library does not
    /// support.</exception>
    public static PipelineTokenizer LoadPipeline(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsSentencePiece(path))
        {
            byte[] model = TokenizerBytes.Read(path);
            return new PipelineTokenizer(SentencePiecePipeline.Read(model, path), target => throw new NotSupportedException());
        }

        ReadOnlyMemory<byte> json = TokenizerBytes.ReadText(path);
        return PipelineTokenizer.Read(json, path);
    }

    private static bool IsSentencePiece(string path) =>
        path.EndsWith(".model", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".model.gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A 64-bit number that tells tokenizer files apart, kept in token files (<see cref="TokenFile.TokenizerFingerprint"/>).
    /// </summary>
    /// <param name="path">The tokenizer's file.</param>
    /// <exception cref="InputException">The file is missing or unreadable.</exception>
    public static ulong Fingerprint(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Fnv1a.Append(Fnv1a.Seed, InputFile.ReadAllBytes(path));
    }
}
