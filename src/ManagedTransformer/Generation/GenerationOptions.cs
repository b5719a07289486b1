using ManagedTransformer.Files;
using ManagedTransformer.Generation.Processors;
using ManagedTransformer.Modules.Decoding;

namespace ManagedTransformer.Generation;

/// <summary>
/// Options for the continuation of a text. Names and meanings are those of Hugging Face's transformers, and so is the order in which they
/// apply (<c>GenerationMixin._get_logits_processor</c>, version 4.5x): logit bias, repetition penalty, presence and frequency penalty,
/// n-grams, own processors; then, unless the temperature is 0, temperature, top-k, top-p, min-p, typical-p.
/// </summary>
public sealed record GenerationOptions
{
    /// <summary>Most new tokens.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Logits are divided by it: below 1 is more certain, above 1 more varied; 0 always takes the likeliest token.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>
    /// Draws from this many likeliest tokens only, and from those that equal the last of them; 0: from all
    /// (<see cref="TopKLogitsWarper"/>).
    /// </summary>
    public int TopK { get; init; }

    /// <summary>
    /// Draws from the smallest set of likeliest tokens with at least this much probability (Holtzman et al., 2020); 1: from all
    /// (<see cref="TopPLogitsWarper"/>).
    /// </summary>
    public float TopP { get; init; } = 1;

    /// <summary>
    /// Draws from tokens with at least this share of the likeliest one's probability (Nguyen et al., 2024); 0: from all
    /// (<see cref="MinPLogitsWarper"/>).
    /// </summary>
    public float MinP { get; init; }

    /// <summary>
    /// Draws from the tokens with this much probability whose information is nearest to the expected one (Meister et al., 2022); 1: from
    /// all (<see cref="TypicalLogitsWarper"/>).
    /// </summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// Above 1: tokens that the text has already, prompt included, become less likely (Keskar et al., 2019); below 1: likelier; 1: off
    /// (<see cref="RepetitionPenaltyLogitsProcessor"/>).
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// Taken from the logits of all tokens generated so far, as OpenAI's API defines it; 0: off
    /// (<see cref="PresencePenaltyLogitsProcessor"/>).
    /// </summary>
    public float PresencePenalty { get; init; }

    /// <summary>
    /// Taken from the logits of all tokens generated so far, as often as each was, as OpenAI's API defines it; 0: off
    /// (<see cref="FrequencyPenaltyLogitsProcessor"/>).
    /// </summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>
    /// No tokens of this number stand in the text twice in the same order; 0: off (<see cref="NoRepeatNGramLogitsProcessor"/>).
    /// </summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Added to the logits of tokens, by id; minus infinity rules a token out (<see cref="LogitBiasProcessor"/>).</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Own processors, which come behind those above and before temperature, top-k and so on.</summary>
    public IReadOnlyList<ILogitsProcessor> Processors { get; init; } = [];

    /// <summary>The same seed gives the same text.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Generation ends before any of these tokens, besides the model's own end of text.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>
    /// Generation ends where the new text has any of these, which are no part of it, wherever tokens begin and end. Of several, the one
    /// that is complete first counts. The prompt is not looked at.
    /// </summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>
    /// True to go on where the model ends its text (<c>end_of_text</c> of its description, <c>eos_token_id</c> of Hugging Face's folders).
    /// </summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>
    /// Tells with every token its log-probability and those of so many likeliest tokens; null: nothing. They are the log-softmax of the
    /// model's own scores, before any of the options above changes them (transformers: <c>output_logits</c>, not <c>output_scores</c>).
    /// </summary>
    public int? LogProbabilities { get; init; }

    /// <summary>
    /// Where a text outgrows the model's positions: by how many tokens the window of what it sees moves at a time, from 1 to the number of
    /// positions. 1 shows every token as much as fits, and reads the whole window again for each; s reads it again for every s-th.
    /// </summary>
    public int WindowStride { get; init; } = 1;

    /// <summary>At which layer tokens of a depth-adaptive model leave the stack; null: as its configuration says.</summary>
    public DepthRule? Exits { get; init; }

    /// <summary>Told the exit layer of every new token of a depth-adaptive model, from 1; null for nobody.</summary>
    public Action<int>? ExitObserver { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    /// <exception cref="ArgumentException">A list, or an entry of one, is null.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(LogitBias, $"{nameof(GenerationOptions)}.{nameof(LogitBias)}");
        ArgumentNullException.ThrowIfNull(Processors, $"{nameof(GenerationOptions)}.{nameof(Processors)}");
        ArgumentNullException.ThrowIfNull(StopTokens, $"{nameof(GenerationOptions)}.{nameof(StopTokens)}");
        ArgumentNullException.ThrowIfNull(StopStrings, $"{nameof(GenerationOptions)}.{nameof(StopStrings)}");
        RequireEntries(Processors, nameof(Processors));
        RequireEntries(StopStrings, nameof(StopStrings));
        Require(MaxTokens >= 0, $"The number of tokens to generate ({MaxTokens}) must not be negative.");
        Require(Temperature >= 0 && !float.IsInfinity(Temperature), $"The temperature ({Temperature}) must be 0 or a positive number.");
        Require(TopK >= 0, $"top-k ({TopK}) must be 0 (off) or positive.");
        Require(TopP is > 0 and <= 1, $"top-p ({TopP}) must be above 0 and at most 1.");
        Require(MinP is >= 0 and <= 1, $"min-p ({MinP}) must be from 0 (off) to 1.");
        Require(TypicalP is > 0 and <= 1, $"typical-p ({TypicalP}) must be above 0 and at most 1.");
        Require(RepetitionPenalty > 0 && !float.IsInfinity(RepetitionPenalty),
            $"The repetition penalty ({RepetitionPenalty}) must be a positive number.");
        Require(float.IsFinite(PresencePenalty), $"The presence penalty ({PresencePenalty}) must be a finite number.");
        Require(float.IsFinite(FrequencyPenalty), $"The frequency penalty ({FrequencyPenalty}) must be a finite number.");
        Require(NoRepeatNgramSize >= 0, $"The size of n-grams that are not repeated ({NoRepeatNgramSize}) must be 0 (off) or positive.");
        Require(LogProbabilities is null or >= 0, $"The number of log-probabilities ({LogProbabilities}) must not be negative.");
        Require(WindowStride >= 1, $"The window's stride ({WindowStride}) must be positive.");
        foreach (string stop in StopStrings)
        {
            Require(stop.Length > 0, $"A stop string is empty; it would end every text at once.");
            Utf8Text.RequireWhole(stop, "A stop string");
        }

        foreach (int token in StopTokens)
        {
            Require(token >= 0, $"GenerationOptions.StopTokens has {token}; ids begin at 0.");
        }

        // Its constructor looks at the values.
        _ = new LogitBiasProcessor(LogitBias);
    }

    /// <summary>Refuses tokens that a vocabulary does not have.</summary>
    /// <param name="vocabulary">The number of ids.</param>
    /// <exception cref="InputException">Options name a token behind them.</exception>
    internal void RequireKnown(int vocabulary)
    {
        LogitBiasProcessor.RequireKnown(LogitBias, vocabulary);
        foreach (int token in StopTokens)
        {
            Require(token < vocabulary,
                $"GenerationOptions.StopTokens has the token {token}, and the ids of the vocabulary end at {vocabulary - 1}.");
        }
    }

    private static void RequireEntries(IReadOnlyList<object> list, string name)
    {
        if (list.Contains(null))
        {
            throw new ArgumentException($"{nameof(GenerationOptions)}.{name} has an entry that is null.");
        }
    }

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new InputException(FormattableString.Invariant(message));
        }
    }
}
