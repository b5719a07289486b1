using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Linearizing;

/// <summary>A prompt and greedy steps of all rows side by side, and the states behind them.</summary>
internal sealed class GenerationSystem : IGoldenSystem
{
    public string Name => "generate";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = LinearizingModels.Build(test, check);
        Tensor prompt = test.Integers("in/prompt");
        int rows = prompt.Shape[0], given = prompt.Shape[1], steps = test.Config.Int("steps"), vocabulary = model.Config.Vocab;
        double[] tokens = new double[rows * (given + steps)], logits = new double[rows * steps * vocabulary];
        int[] ids = prompt.ToInt32Array();
        LanguageModelState state = model.CreateState(rows);
        Tensor next = prompt;
        for (int step = 0; step < steps; step++)
        {
            float[] scores = model.Step(next, state).ToArray();
            int[] chosen = new int[rows];
            for (int row = 0; row < rows; row++)
            {
                float[] own = scores[(row * vocabulary)..((row + 1) * vocabulary)];
                chosen[row] = Array.IndexOf(own, own.Max());
                tokens[(row * (given + steps)) + given + step] = chosen[row];
                own.Select(score => (double)score).ToArray().CopyTo(logits, ((row * steps) + step) * vocabulary);
            }

            next = Tensor.From(chosen, new Shape(rows, 1));
        }

        for (int row = 0; row < rows; row++)
        {
            ids[(row * given)..((row + 1) * given)].Select(id => (double)id).ToArray().CopyTo(tokens, row * (given + steps));
        }

        check.Compare("out/tokens", tokens);
        check.Compare("out/logits", logits);
        for (int layer = 0; layer < model.Layers.Count; layer++)
        {
            if (state.Layers[layer] is LolcatsState own)
            {
                CompareState(test, check, $"out/layers.{layer}.attn.", own);
            }
        }
    }

    private static void CompareState(GoldenCase test, GoldenCheck check, string prefix, LolcatsState state)
    {
        check.Compare(prefix + "s", state.Sums.S);
        check.Compare(prefix + "z", state.Sums.Z);
        if (test.Has(prefix + "window_key"))
        {
            (Tensor keys, Tensor values) = state.Window();
            check.Compare(prefix + "window_key", LinearizingModels.Turn(keys).Contiguous());
            check.Compare(prefix + "window_value", LinearizingModels.Turn(values).Contiguous());
        }
    }
}
