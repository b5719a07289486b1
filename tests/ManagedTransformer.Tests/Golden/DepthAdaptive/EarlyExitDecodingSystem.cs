using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DepthAdaptive;

/// <summary>Greedy decoding, every token leaving where the rule says.</summary>
internal sealed class EarlyExitDecodingSystem : IGoldenSystem
{
    public string Name => "decode";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        EncoderDecoderModel model = DepthModels.Build(check);
        Tensor source = test.Integers("in/src_tokens");
        DecodingState state = model.CreateState(model.Encode(source, ForwardContext.Inference));
        int layers = model.Config.DecoderLayers, limit = (int)((config.Double("max_len_a") * source.Shape[1]) + config.Int("max_len_b"));
        List<int> tokens = [];
        List<double> exits = [];
        List<Tensor> logProbabilities = [], hidden = [];
        Tensor?[] states = new Tensor?[layers];
        ((DepthState)((IDecodingState)state).Depth!).Observer = (layer, x) => states[layer] = x;
        int next = 2;
        while (tokens.Count == 0 || next != 2)
        {
            Array.Clear(states);
            Tensor scores = model.Step(Tensor.From([next], new Shape(1, 1)), state).LogSoftmax();
            logProbabilities.Add(scores);
            exits.Add(state.Exits[0]);

            // What a layer that was not run would have copied.
            Tensor last = states.Last(x => x is not null)!;
            hidden.Add(DepthModels.Stack(states.Select(x => (x ?? last).Reshape(new Shape(1, last.Shape[2])))));
            next = tokens.Count == limit ? 2 : Best(scores.ToArray(), model.Config.PaddingIdx, tokens.Count >= config.Int("min_len"));
            tokens.Add(next);
        }

        check.Compare("out/tokens", [.. tokens.Select(token => (double)token)]);
        check.Compare("out/exits", exits);
        check.Compare("out/average_exit", exits.Average());
        check.Compare("out/log_probs", TensorOperators.Concat(0, [.. logProbabilities]));
        check.Compare("out/hidden", TensorOperators.Concat(1, [.. hidden]));
        using (new NoGradientScope())
        {
            for (int layer = 0; layer < layers; layer++)
            {
                SkippedPositions.Remember(model.Decoder.Layers[layer], state, layer);
            }
        }

        Shape keys = new(tokens.Count, model.Config.DecoderWidth);
        check.Compare("out/self_keys", DepthModels.Stack(
            ((IDecodingState)state).Layers.Cast<KeyValueCache>().Select(cache => cache.Keys().Reshape(keys))));
    }

    private static int Best(float[] scores, int padding, bool mayEnd)
    {
        scores[padding] = float.NegativeInfinity;
        scores[2] = mayEnd ? scores[2] : float.NegativeInfinity;
        return Array.IndexOf(scores, scores.Max());
    }
}
