using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Components;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Reads the part <c>pre_tokenizer</c> of a tokenizer's file.</summary>
internal static class PreTokenizerReader
{
    /// <summary>Reads it as a list to apply in order.</summary>
    /// <param name="json">The part.</param>
    /// <param name="path">The file.</param>
    /// <param name="addPrefixSpace">Overrides that of byte-level splitting; null: as written.</param>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static PreTokenizer[] Read(JsonElement? json, string path, bool? addPrefixSpace = null) =>
        [.. Component.Flatten(json, "pre_tokenizer", "pretokenizers", path).SelectMany(component => ReadOne(component, addPrefixSpace))];

    private static IEnumerable<PreTokenizer> ReadOne(Component component, bool? addPrefixSpace)
    {
        switch (component.Type)
        {
            case "ByteLevel":
                bool prefix = component.Flag("add_prefix_space") ?? true;
                return [new ByteLevelPreTokenizer(addPrefixSpace ?? prefix, component.Flag("use_regex") ?? true)];
            case "Split":
                return [new SplitPreTokenizer(component.Pattern("pattern"), Behavior(component, null), component.RequireFlag("invert"))];
            case "CharDelimiterSplit":
                return [new SplitPreTokenizer(new LiteralPattern(Encoding.UTF8.GetBytes(component.Character("delimiter"))),
                    SplitBehavior.Removed)];
            case "WhitespaceSplit":
                return [Split(CharacterSets.WhiteSpace, SplitBehavior.Removed)];
            case "Whitespace":
                return
                [
                    Split(CharacterSets.WhiteSpace.Intersect(CharacterSets.Word.Complement()), SplitBehavior.Removed),
                    Split(CharacterSets.Word, SplitBehavior.Contiguous),
                ];
            case "BertPreTokenizer":
                return
                [
                    Split(CharacterSets.WhiteSpace, SplitBehavior.Removed),
                    Split(CharacterSets.Punctuation, SplitBehavior.Isolated),
                ];
            case "Punctuation":
                return [Split(CharacterSets.Punctuation, Behavior(component, nameof(SplitBehavior.Isolated)))];
            case "Digits":
                return [Split(CharacterSets.Number,
                    component.RequireFlag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous)];
            case "Metaspace":
                MetaspaceOptions options = MetaspaceOptions.Read(component);
                return [new MetaspacePreTokenizer(Encoding.UTF8.GetBytes(options.Mark), options.Scheme, options.Splits)];
            default:
                throw component.Unsupported($"the type '{component.Type}'");
        }
    }

    private static SplitPreTokenizer Split(CodePointSet set, SplitBehavior behavior) => new(new CharacterPattern(set), behavior);

    private static SplitBehavior Behavior(Component component, string? absent) =>
        Enum.Parse<SplitBehavior>(component.Choice("behavior", absent, Enum.GetNames<SplitBehavior>()));
}
