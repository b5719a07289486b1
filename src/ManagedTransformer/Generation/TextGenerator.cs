using ManagedTransformer.Architectures.Transformer;

namespace ManagedTransformer.Generation;

/// <summary>Continues a sequence of tokens step by step.</summary>
public static class TextGenerator
{
    /// <summary>
    /// New tokens, one after the other, up to a stop token. A model with a limited number of positions n reads the last n tokens of a
    /// longer prompt; when the text outgrows the positions, a window slides over it: its last n - s + 1 tokens are read again as a fresh
    /// prompt, s = <see cref="GenerationOptions.WindowStride"/>. Tokens know no text: <see cref="GenerationOptions.StopStrings"/> and
    /// <see cref="GenerationOptions.LogProbabilities"/> are for <see cref="TextGeneration"/>.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">Length and sampling.</param>
    /// <param name="vocabulary">Ids that the tokenizer knows; the model may have more, which are never drawn.</param>
    /// <exception cref="InputException">An option out of its range.</exception>
    /// <exception cref="ArgumentException">No token, or one that the model does not have; a vocabulary larger than the model's.</exception>
    public static IEnumerable<int> Generate(CausalLanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, model.Config.Vocab);
        if (prompt.Count == 0)
        {
            throw new ArgumentException("The prompt has no token to continue.", nameof(prompt));
        }

        foreach (int token in prompt)
        {
            if (token < 0 || token >= model.Config.Vocab)
            {
                throw new ArgumentException(
                    $"The prompt has the token {token}; the model's ids are from 0 to {model.Config.Vocab - 1}.", nameof(prompt));
            }
        }

        options.Validate();
        options.RequireKnown(vocabulary);
        return Draw(model, prompt, options, vocabulary);
    }

    private static IEnumerable<int> Draw(CausalLanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options, int vocabulary)
    {
        using TokenSource source = new(model, prompt, options with { LogProbabilities = null }, vocabulary);
        while (source.MoveNext())
        {
            yield return source.Token;
        }
    }
}
