using System.Text.Json.Serialization;

namespace ManagedTransformer.Recipes;

/// <summary>How sentences become tokens.</summary>
public sealed record TranslationTokenizerRecipe
{
    /// <summary>The kind: bpe, word, char or byte.</summary>
    public TokenizerKind Type { get; set; } = TokenizerKind.Bpe;

    /// <summary>One tokenizer, made from both sides, for both; otherwise one for each.</summary>
    public bool Joint { get; set; } = true;

    /// <summary>BPE: tokens to learn for each tokenizer; word: most words; 0: no limit (word only).</summary>
    public int Vocab { get; set; }

    /// <summary>The same of the source's own tokenizer; 0: as <see cref="Vocab"/>. Not for a joint one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SrcVocab { get; set; }

    /// <summary>Word: words that occur less often become <c>&lt;unk&gt;</c>.</summary>
    public int MinCount { get; set; } = 1;

    /// <summary>A finished <c>tokenizer.json</c> for both sides instead.</summary>
    public string? File { get; set; }

    /// <summary>The tokenizer of the target or of both sides, as the recipe of a plain text has it.</summary>
    internal TokenizerRecipe Target => new() { Type = Type, Vocab = Vocab, MinCount = MinCount, File = File };

    /// <summary>The source's own tokenizer.</summary>
    internal TokenizerRecipe Source => SrcVocab == 0 ? Target : Target with { Vocab = SrcVocab };

    internal void Validate(string where)
    {
        Target.Validate(where);
        if (SrcVocab < 0 || (SrcVocab > 0 && Joint))
        {
            throw new InputException(
                $"{where}: tokenizer.src_vocab is {SrcVocab}, it must not be negative, and needs tokenizer.joint to be false.");
        }

        Source.Validate(where);
        if (File is not null && !Joint)
        {
            throw new InputException($"{where}: tokenizer.file is one tokenizer for both sides, so tokenizer.joint must not be false.");
        }
    }
}
