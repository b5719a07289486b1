using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>A prompt and greedy steps through merged projections: tokens, logits after every token, and the last states.</summary>
internal sealed class GenerationSystem : IGoldenSystem
{
    public string Name => "lm_generate";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Tensor prompt = test.Integers("in/prompt");
        int batch = prompt.Shape[0], given = prompt.Shape[1], length = given + test.Config.Int("steps"), vocab = test.Config.Int("vocab");
        CausalLanguageModel model = T2RModels.Build(check, length);
        LanguageModelState state = model.CreateState(batch);
        double[] tokens = new double[batch * length], logits = new double[batch * (length - 1) * vocab];
        int[] next = new int[batch];
        for (int place = 0; place < length; place++)
        {
            int[] read = place < given ? prompt.Slice(1, place, 1).ToInt32Array() : next;
            for (int row = 0; row < batch; row++)
            {
                tokens[(row * length) + place] = read[row];
            }

            if (place == length - 1)
            {
                break;
            }

            float[] scores = model.Step(Tensor.From(read, new Shape(batch, 1)), state).ToArray();
            for (int row = 0; row < batch; row++)
            {
                float[] own = scores[(row * vocab)..((row + 1) * vocab)];
                own.Select(value => (double)value).ToArray().CopyTo(logits, ((row * (length - 1)) + place) * vocab);
                next[row] = Array.IndexOf(own, own.Max());
            }
        }

        check.Compare("out/tokens", tokens);
        check.Compare("out/logits", logits);
        CompareStates(check, model, state);
        ReadThePromptAtOnce(check, model, prompt, logits);
    }

    private static void CompareStates(GoldenCheck check, CausalLanguageModel model, LanguageModelState state)
    {
        for (int i = 0; i < model.Layers.Count; i++)
        {
            // A layer that keeps its softmax has a cache of keys and values, which no output holds.
            if (state.Layers[i] is not LinearState linear)
            {
                continue;
            }

            check.Compare($"out/layers.{i}.attn.s", linear.State.S);
            check.Compare($"out/layers.{i}.attn.z", linear.State.Z);
            if (((LinearSelfAttention)model.Layers[i].Attention).Merged is not { } merged)
            {
                continue;
            }

            check.Compare($"out/layers.{i}.attn.merged.query.weight", merged.Query.Weight);
            check.Compare($"out/layers.{i}.attn.merged.query.bias", merged.Query.Bias);
            check.Compare($"out/layers.{i}.attn.merged.key.weight", merged.Key.Weight);
            check.Compare($"out/layers.{i}.attn.merged.key.bias", merged.Key.Bias);
        }
    }

    private static void ReadThePromptAtOnce(GoldenCheck check, CausalLanguageModel model, Tensor prompt, double[] logits)
    {
        int batch = prompt.Shape[0], vocab = model.Config.Vocab, steps = logits.Length / batch / vocab;
        double[] expected =
            [.. Enumerable.Range(0, batch).SelectMany(row => logits.Skip(((row * steps) + prompt.Shape[1] - 1) * vocab).Take(vocab))];
        check.CompareValues("the prompt at once", expected,
            [.. model.Step(prompt, model.CreateState(batch)).ToArray().Select(value => (double)value)]);
    }
}
