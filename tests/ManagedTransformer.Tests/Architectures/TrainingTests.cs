using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>A language model as a whole: its gradients, and that it learns.</summary>
public sealed class TrainingTests
{
    public static MatrixTheoryData<bool, bool, PositionKind> Kinds =>
        new([false, true], [false, true], [PositionKind.Learned, PositionKind.Half, PositionKind.None]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AModelHasTheRightGradients(bool preNorm, bool tie, PositionKind positions)
    {
        CausalLanguageModel model = new(
            new LanguageModelConfig
            {
                Vocab = 7,
                Dim = 4,
                Layers = 2,
                Heads = 2,
                Ffn = 5,
                Activation = Activation.Gelu,
                PreNorm = preNorm,
                Tie = tie,
                Positions = positions,
                MaxPositions = 6,
                PaddingIdx = tie ? 1 : null,
                ScaleEmbedding = preNorm,
                EmbeddingNorm = !tie,
                Bias = preNorm,
            },
            new RandomSource(2));
        Tensor tokens = Tensor.From([2, 3, 4, 5, 6, 2, 3, 1], new Shape(2, 4)),
            targets = Tensor.From([3, 4, 5, 6, 2, 3, 1, 1], new Shape(2, 4));
        CrossEntropyOptions options = new() { Smoothing = 0.1f, Sum = true };

        // A lookup of padding sends no gradient although the row is read: keep that row out of the comparison.
        Parameter[] parameters = [.. model.Parameters().Where(named => model.Config.PaddingIdx is null || !named.Name.StartsWith("embed.",
            StringComparison.Ordinal) && !named.Name.StartsWith("positions.", StringComparison.Ordinal)).Select(named => named.Parameter)];
        double error = GradientCheck.Run(_ => model.Loss(tokens, targets, ForwardContext.Inference, options).Loss, parameters, step: 0.01f);
        Assert.True(error < 2e-3, $"the gradients differ by {error:G3}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AModelLearnsASequence(bool preNorm)
    {
        const int length = 24, vocabulary = 9;
        CausalLanguageModel model = new(
            new LanguageModelConfig
            {
                Vocab = vocabulary,
                Dim = 16,
                Layers = 2,
                Heads = 2,
                PreNorm = preNorm,
                Positions = PositionKind.Learned,
                MaxPositions = length,
                Dropout = 0.05f,
            },
            new RandomSource(1));
        int[] text = [.. Enumerable.Range(0, length + 1).Select(i => i * i % vocabulary)];
        Tensor tokens = Tensor.From(text.AsSpan(0, length), new Shape(1, length)),
            targets = Tensor.From(text.AsSpan(1), new Shape(1, length));
        Adam adam = new([new ParameterGroup(model.Parameters())]);
        RandomSource random = new(4);
        float first = model.Loss(tokens, targets, ForwardContext.Inference).Loss.Item();
        for (ulong step = 0; step < 150; step++)
        {
            using StepScope scope = new();
            random.MoveTo(step);
            model.ClearGradients();
            model.Loss(tokens, targets, ForwardContext.Training(random)).Loss.Backward(freeIntermediates: true);
            adam.Step(0.01f, GradientClipping.Scale(GradientClipping.GlobalNorm(model.Parameters()), 1));
        }

        float last = model.Loss(tokens, targets, ForwardContext.Inference).Loss.Item();
        Assert.InRange(first, 1.5f, 6);
        Assert.InRange(last, 0, 0.05f);
        int[] greedy = model.Forward(tokens, ForwardContext.Inference).ArgMax().ToInt32Array();
        Assert.Equal(text[1..], greedy);
    }
}
