using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

/// <summary>A prompt and greedy steps. A padded row is read without its padding, since only distances of positions count.</summary>
internal sealed class GenerationSystem : IGoldenSystem
{
    public string Name => "generate";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(LlamaModels.Config(test), new RandomSource(1));
        check.Load(model);
        Tensor prompt = test.Integers("in/prompt");
        int batch = prompt.Shape[0], given = prompt.Shape[1], steps = test.Config.Int("steps");
        float[] padding = test.OptionalFloats("in/key_padding_mask")?.ToArray() ?? new float[batch * given];
        int[] ids = prompt.ToInt32Array();
        List<double> tokens = [], logits = [];
        for (int row = 0; row < batch; row++)
        {
            int[] own = ids[(row * given)..((row + 1) * given)];
            int[] read = [.. own.Where((_, place) => padding[(row * given) + place] == 0)];
            tokens.AddRange(own.Select(id => (double)id));
            Generate(model, read, steps, tokens, logits);
        }

        check.Compare("out/tokens", tokens);
        check.Compare("out/logits", logits);
    }

    private static void Generate(CausalLanguageModel model, int[] prompt, int steps, List<double> tokens, List<double> logits)
    {
        LanguageModelState state = model.CreateState();
        int[] next = prompt;
        for (int step = 0; step < steps; step++)
        {
            float[] scores = model.Step(Tensor.From(next, new Shape(1, next.Length)), state).ToArray();
            next = [Array.IndexOf(scores, scores.Max())];
            logits.AddRange(scores.Select(score => (double)score));
            tokens.Add(next[0]);
        }
    }
}
