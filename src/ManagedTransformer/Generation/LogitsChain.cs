using ManagedTransformer.Generation.Processors;

namespace ManagedTransformer.Generation;

/// <summary>
/// The processors of a generation in the order of <c>GenerationMixin._get_logits_processor</c> of Hugging Face's transformers 4.5x: bias,
/// repetition penalty, no repeated n-grams, a caller's own, and then, where tokens are drawn, the warpers: temperature, top-k, top-p,
/// min-p, typical-p. The presence and frequency penalties, which transformers lacks, stand behind the repetition penalty.
/// </summary>
internal sealed class LogitsChain
{
    private readonly ILogitsProcessor[] _processors, _warpers;

    private LogitsChain(ILogitsProcessor[] processors, ILogitsProcessor[] warpers) => (_processors, _warpers) = (processors, warpers);

    /// <summary>True where nothing changes.</summary>
    public bool IsEmpty => _processors.Length == 0 && _warpers.Length == 0;

    /// <summary>True where the warpers are in the chain; otherwise whoever draws applies temperature, top-k and top-p.</summary>
    public bool HasWarpers => _warpers.Length > 0;

    /// <summary>The chain that options ask for.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="isSearch">True for a beam search, which draws nothing, so that nothing is warped.</param>
    public static LogitsChain Of(GenerationOptions options, bool isSearch = false)
    {
        List<ILogitsProcessor> processors = [], warpers = [];
        AddIf(processors, options.LogitBias.Count > 0, () => new LogitBiasProcessor(options.LogitBias));
        AddIf(processors, options.RepetitionPenalty != 1, () => new RepetitionPenaltyLogitsProcessor(options.RepetitionPenalty));
        AddIf(processors, options.PresencePenalty != 0, () => new PresencePenaltyLogitsProcessor(options.PresencePenalty));
        AddIf(processors, options.FrequencyPenalty != 0, () => new FrequencyPenaltyLogitsProcessor(options.FrequencyPenalty));
        AddIf(processors, options.NoRepeatNgramSize > 0, () => new NoRepeatNGramLogitsProcessor(options.NoRepeatNgramSize));
        processors.AddRange(options.Processors);

        // Without the last two the sampler has a shorter way to the same.
        if (!isSearch && options.Temperature > 0 && (options.MinP > 0 || options.TypicalP < 1))
        {
            AddIf(warpers, options.Temperature != 1, () => new TemperatureLogitsWarper(options.Temperature));
            AddIf(warpers, options.TopK > 0, () => new TopKLogitsWarper(options.TopK));
            AddIf(warpers, options.TopP < 1, () => new TopPLogitsWarper(options.TopP));
            AddIf(warpers, options.MinP > 0, () => new MinPLogitsWarper(options.MinP));
            AddIf(warpers, options.TypicalP < 1, () => new TypicalLogitsWarper(options.TypicalP));
        }

        return new LogitsChain([.. processors], [.. warpers]);
    }

    /// <summary>Applies all of them.</summary>
    /// <param name="tokens">The text so far.</param>
    /// <param name="promptLength">How many of the tokens are the prompt.</param>
    /// <param name="logits">[V], changed in place.</param>
    /// <exception cref="InputException">Every token was ruled out, or a score became infinite or no number.</exception>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        foreach (ILogitsProcessor processor in _processors)
        {
            processor.Process(tokens, promptLength, logits);
        }

        Require(logits);
        foreach (ILogitsProcessor warper in _warpers)
        {
            warper.Process(tokens, promptLength, logits);
        }
    }

    private static void Require(ReadOnlySpan<float> logits)
    {
        bool isAnyLeft = false;
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]) || float.IsPositiveInfinity(logits[i]))
            {
                throw new InputException(
                    $"Penalties, logit bias or a processor of the caller's made the score of token {i} {logits[i]}; give smaller ones.");
            }

            isAnyLeft |= !float.IsNegativeInfinity(logits[i]);
        }

        if (!isAnyLeft)
        {
            throw new InputException("The options rule out every token, so that the text cannot go on.");
        }
    }

    private static void AddIf(List<ILogitsProcessor> list, bool isAsked, Func<ILogitsProcessor> create)
    {
        if (isAsked)
        {
            list.Add(create());
        }
    }
}
