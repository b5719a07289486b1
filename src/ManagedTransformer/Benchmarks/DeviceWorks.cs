using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>The work of <see cref="DeviceComparison"/>.</summary>
internal static class DeviceWorks
{
    /// <summary>Names of groups.</summary>
    public const string Kernel = "kernel", Product = "product", Attention = "attention", Training = "training", Generation = "generation";

    private const double Giga = 1e9;
    private const int Elements = 1 << 23, Width = 1024, SentenceLength = 32, GeneratedTokens = 32;

    /// <summary>Kernels that move memory: every operand and result counts once.</summary>
    public static IEnumerable<DeviceWork> Kernels()
    {
        yield return Moving("copy", 2, x => x.Transpose(0, 1).Reshape(x.Shape));
        yield return Moving("x + y", 3, x => x + x.Detach());
        yield return Moving("gelu", 2, x => x.Gelu());
        yield return Moving("sum of rows", 1, x => x.Sum([-1]));
        yield return Moving("softmax of rows", 2, x => x.Softmax());
        yield return new(Kernel, "layer norm of rows", "GB/s", 2.0 * sizeof(float) * Elements / Giga, () =>
        {
            Tensor x = Numbers(Elements / Width, Width), gain = Tensor.Ones(new Shape(Width)), bias = Tensor.Zeros(new Shape(Width));
            return () => x.LayerNorm(gain, bias);
        });
        yield return new(Kernel, "Adam", "GB/s", 7.0 * sizeof(float) * Elements / Giga, () =>
        {
            Parameter w = new(Numbers(Elements / Width, Width));
            Tensor m = Tensor.Zeros(w.Shape), v = Tensor.Zeros(w.Shape);
            (w * 1f).Sum().Backward();
            return () => OptimizerUpdates.Adam(w, m, v, 1, 0.9f, 0.999f, 1e-8f, 0, 1e-3f, 1);
        });
    }

    /// <summary>Matrix products, in every precision that one of the devices has.</summary>
    public static IEnumerable<DeviceWork> Products(IEnumerable<MatMulPrecision> precisions)
    {
        foreach (MatMulPrecision precision in precisions)
        {
            foreach ((int m, int n, int k) in new[] { (256, 256, 256), (1024, 1024, 1024), (2048, 2048, 2048), (2048, 1024, 256),
                (1, 4096, 4096) })
            {
                yield return new(Product, $"{m} x {n} x {k}, {precision}", "GFLOP/s", 2.0 * m * n * k / Giga, () =>
                {
                    Tensor x = Numbers(m, k), w = Numbers(n, k);
                    return () => x.Linear(w);
                }, precision);
            }
        }
    }

    /// <summary>Causal attention, forward, and forward with backward.</summary>
    public static IEnumerable<DeviceWork> Attentions()
    {
        foreach ((int batch, int heads, int length, int width) in new[] { (8, 4, 256, 32), (4, 8, 1024, 64) })
        {
            string sizes = $"{batch} x {heads} heads of {width}, {length} tokens";
            double forward = 2.0 * batch * heads * length * length * width / Giga; // two products, half of them masked
            yield return new(Attention, $"{sizes}, forward", "GFLOP/s", forward, () =>
            {
                Tensor q = Heads(), k = Heads(), v = Heads();
                return () => q.Attention(k, v, new AttentionOptions { Causal = true });
            });
            yield return new(Attention, $"{sizes}, forward and backward", "GFLOP/s", 3.5 * forward, () =>
            {
                Tensor q = Heads(), k = Heads(), v = Heads(), dy = Heads();
                q.RequiresGradient = k.RequiresGradient = v.RequiresGradient = true;
                return () =>
                {
                    q.Attention(k, v, new AttentionOptions { Causal = true }).Backward(dy);
                    q.ClearGradient(release: true);
                    k.ClearGradient(release: true);
                    v.ClearGradient(release: true);
                };
            });

            Tensor Heads() => Numbers(batch * length, heads * width).Reshape(new Shape(batch, length, heads, width));
        }
    }

    /// <summary>Training steps of a recipe on random tokens, and, of a language model, greedy generation.</summary>
    /// <param name="name">The recipe's name.</param>
    /// <param name="recipe">The recipe, whose vocabulary is known.</param>
    public static IEnumerable<DeviceWork> OfRecipe(string name, Recipe recipe)
    {
        if (recipe is TranslationRecipe translation)
        {
            int rows = Math.Max(1, translation.Training.MaxTokens / SentenceLength);
            yield return new(Training, name, "tokens/s", rows * SentenceLength, () =>
            {
                RandomSource random = new(1);
                TranslationSteps steps = new(new EncoderDecoderModel(translation.Model, random), new Shape(rows, SentenceLength),
                    translation.Training, random);
                return () => steps.Next();
            });
            yield break;
        }

        LanguageModelRecipe language = (LanguageModelRecipe)recipe;
        yield return new(Training, name, "tokens/s", language.Training.Batch * language.Training.Context, () =>
        {
            RandomSource random = new(1);
            LanguageModelSteps steps = new(new CausalLanguageModel(language.Model, random),
                new Shape(language.Training.Batch, language.Training.Context), language.Training, random);
            return () => steps.Next();
        });
        yield return new(Generation, name, "tokens/s", GeneratedTokens, () =>
        {
            CausalLanguageModel model = new(language.Model, new RandomSource(1));
            ManagedTransformer.Generation.GenerationOptions options = new() { MaxTokens = GeneratedTokens, Temperature = 0 };
            return () =>
            {
                foreach (int _ in ManagedTransformer.Generation.TextGenerator.Generate(model, [1], options, language.Model.Vocab))
                {
                    // What is generated does not matter.
                }
            };
        });
    }

    private static DeviceWork Moving(string name, int operands, Func<Tensor, Tensor> compute) =>
        new(Kernel, name, "GB/s", operands * sizeof(float) * (double)Elements / Giga, () =>
        {
            Tensor x = Numbers(Elements / Width, Width);
            return () => compute(x);
        });

    private static Tensor Numbers(int rows, int columns) =>
        Tensor.Uniform(new Shape(rows, columns), -1, 1, new RandomKey(1, (ulong)rows)).Keep();
}
