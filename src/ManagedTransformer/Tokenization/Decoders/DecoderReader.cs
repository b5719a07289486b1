using System.Text.Json;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Reads the part <c>decoder</c> of a tokenizer's file.</summary>
internal static class DecoderReader
{
    private const string Name = "decoder";

    /// <summary>Reads it as a list to apply in order; null where there is none.</summary>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static TokenDecoder[]? Read(JsonElement? json, string path) =>
        json is null ? null : [.. Component.Flatten(json, Name, "decoders", path).Select(ReadOne)];

    private static TokenDecoder ReadOne(Component component)
    {
        switch (component.Type)
        {
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "Metaspace":
                MetaspaceOptions options = MetaspaceOptions.Read(component);
                return new MetaspaceDecoder(options.Mark, options.Scheme != PrependScheme.Never);
            case "WordPiece":
                return new WordPieceDecoder(component.OptionalText("prefix") ?? "##", component.Flag("cleanup") ?? true);
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Strip":
                return new StripDecoder(component.Character("content"), component.RequireCount("start"), component.RequireCount("stop"));
            case "Replace":
                return new ReplaceDecoder(component.Pattern("pattern"), component.Text("content"));
            case "BPEDecoder":
                return new SuffixDecoder(component.OptionalText("suffix") ?? "</w>");
            default:
                throw component.Unsupported($"the type '{component.Type}'");
        }
    }
}
