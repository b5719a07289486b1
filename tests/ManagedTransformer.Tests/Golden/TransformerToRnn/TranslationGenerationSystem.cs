using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Greedy decoding on states of constant size: tokens, logits, the last states and the merged projections.</summary>
internal sealed class TranslationGenerationSystem : IGoldenSystem
{
    public string Name => "seq2seq_generate";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        EncoderDecoderModel model = T2RModels.BuildTranslation(check);
        Tensor source = test.Integers("in/src_tokens");
        int rows = source.Shape[0], steps = test.Config.Int("steps"), vocab = test.Config.Int("vocab");
        DecodingState state = model.CreateState(model.Encode(source, ForwardContext.Inference));
        int[] next = [.. Enumerable.Repeat(test.Config.Int("eos"), rows)];
        double[] tokens = new double[rows * (steps + 1)], logits = new double[rows * steps * vocab];
        for (int step = 0; step <= steps; step++)
        {
            for (int row = 0; row < rows; row++)
            {
                tokens[(row * (steps + 1)) + step] = next[row];
            }

            if (step == steps)
            {
                break;
            }

            float[] scores = model.Step(Tensor.From(next, new Shape(rows, 1)), state).ToArray();
            for (int row = 0; row < rows; row++)
            {
                float[] own = scores[(row * vocab)..((row + 1) * vocab)];
                own.Select(value => (double)value).ToArray().CopyTo(logits, ((row * steps) + step) * vocab);
                next[row] = Array.IndexOf(own, own.Max());
            }
        }

        check.Compare("out/tokens", tokens);
        check.Compare("out/logits", logits);
        for (int i = 0; i < model.Decoder.Layers.Count; i++)
        {
            TransformerLayer layer = model.Decoder.Layers[i];
            if (layer.Attention is LinearSelfAttention self)
            {
                LinearAttentionState sums = ((LinearState)((IDecodingState)state).Layers[i]).State;
                CompareStates($"out/decoder.layers.{i}.attn", sums.S, sums.Z, self.Merged!.Query, self.Merged.Key);
            }

            if (layer.Cross is LinearCrossAttention cross)
            {
                (Tensor s, Tensor z) = state.Memory.Projected(i);
                CompareStates($"out/decoder.layers.{i}.cross_attn", s, z, cross.Merged.Query!, cross.Merged.Key!);
            }
        }

        void CompareStates(string name, Tensor s, Tensor z, MergedMap query, MergedMap key)
        {
            check.Compare(name + ".s", s);
            check.Compare(name + ".z", z);
            check.Compare(name + ".merged.query.weight", query.Weight);
            check.Compare(name + ".merged.query.bias", query.Bias);
            check.Compare(name + ".merged.key.weight", key.Weight);
            check.Compare(name + ".merged.key.bias", key.Bias);
        }
    }
}
