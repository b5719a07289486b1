using ManagedTransformer.Files;
using ManagedTransformer.Modules.Decoding;

namespace ManagedTransformer.Generation;

/// <summary>Options for the translation of sentences.</summary>
public sealed record TranslationOptions
{
    /// <summary>The search for the best translation.</summary>
    public BeamSearchOptions Search { get; init; } = new();

    /// <summary>
    /// The text that every translation begins with (a forced prefix); empty for none. The search goes on behind it, and its tokens count in
    /// scores.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// How many translations are told of every sentence, at most the beam; a search may find fewer (<see cref="Translation.NBest"/>).
    /// </summary>
    public int NBest { get; init; } = 1;

    /// <summary>Sentences that are translated at once, those of similar length of a few batches; 1: each as soon as it comes.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>At which layer tokens leave the decoder of a depth-adaptive model; null: as its configuration says.</summary>
    public DepthRule? Exits { get; init; }

    /// <summary>The treatment of sentences that are longer than the model reads.</summary>
    public TooLongSentences TooLong { get; init; }

    /// <summary>Told a sentence, with file and line, about everything that is left out or left empty; null for nobody.</summary>
    public Action<string>? Observer { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    /// <exception cref="ArgumentNullException">The search or the prefix is null.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Search, $"{nameof(TranslationOptions)}.{nameof(Search)}");
        ArgumentNullException.ThrowIfNull(Prefix, $"{nameof(TranslationOptions)}.{nameof(Prefix)}");
        Utf8Text.RequireWhole(Prefix, $"{nameof(TranslationOptions)}.{nameof(Prefix)}");
        if (Prefix.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            throw new InputException($"{nameof(TranslationOptions)}.{nameof(Prefix)} has more than one line; a translation is one.");
        }

        Search.Validate();
        if (Batch < 1)
        {
            throw new InputException($"The number of sentences to translate at once ({Batch}) must be at least 1.");
        }

        if (NBest < 1 || NBest > Search.Beam)
        {
            throw new InputException(
                $"TranslationOptions.NBest is {NBest}; a beam of {Search.Beam} finds from 1 to {Search.Beam} translations.");
        }

        if (!Enum.IsDefined(TooLong))
        {
            throw new InputException($"The rule for sentences that are too long, '{TooLong}', does not exist.");
        }
    }
}
