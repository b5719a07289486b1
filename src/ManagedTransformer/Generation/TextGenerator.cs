using System.Runtime.InteropServices;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Continues a sequence of tokens step by step.</summary>
public static class TextGenerator
{
    /// <summary>New tokens that there is room for from the start.</summary>
    private const int Reserved = 1 << 14;

    /// <summary>
    /// New tokens, one after the other, up to a stop token. A model with a limited number of positions n reads the last n tokens of a
    /// longer prompt; when the text outgrows the positions, a window slides over it: its last n - s + 1 tokens are read again as a fresh
    /// prompt, s = <see cref="GenerationOptions.WindowStride"/>.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="vocabulary">Ids that the tokenizer knows; the model may have more, which are never drawn.</param>
    public static IEnumerable<int> Generate(CausalLanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options, int vocabulary)
    {
        Device device = model.Device;
        LanguageModelState state = CreateState(model, device, options);
        Sampler sampler = new(options, vocabulary);
        float[] logits = new float[model.Config.Vocab];
        List<int> text = new(prompt.Count + Math.Min(options.MaxTokens, Reserved));
        text.AddRange(prompt);
        int unread = Math.Min(text.Count, state.Room);
        using StepScope step = StepScope.Repeated();
        for (int i = 0; i < options.MaxTokens; i++)
        {
            if (unread > state.Room)
            {
                state.Reset();
                unread = Math.Max(1, state.Room - options.WindowStride + 1);
            }

            using (DeviceScope.Enter(device))
            using (step.Open())
            {
                Tensor tokens = Tensor.From(CollectionsMarshal.AsSpan(text)[^unread..], new Shape(1, unread));
                model.Step(tokens, state).CopyTo(logits);
            }

            int next = sampler.Next(logits.AsSpan(0, vocabulary));
            if (options.StopTokens.Contains(next))
            {
                yield break;
            }

            if (options.ExitObserver is { } observer && !state.Exits.IsEmpty)
            {
                observer(state.Exits[0]);
            }

            text.Add(next);
            unread = 1;
            yield return next;
        }
    }

    private static LanguageModelState CreateState(CausalLanguageModel model, Device device, GenerationOptions options)
    {
        using DeviceScope? _ = DeviceScope.Enter(device);
        return model.CreateState(depth: options.Exits);
    }
}
