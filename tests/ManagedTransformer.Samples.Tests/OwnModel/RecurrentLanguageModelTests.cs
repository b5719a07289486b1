using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Samples.OwnModel;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Samples.Tests.OwnModel;

/// <summary>The sample's layer in the library's language model.</summary>
public sealed class RecurrentLanguageModelTests : IDisposable
{
    private const int Length = 20, Rows = 2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("own-model");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(Length)]
    public void StepsGiveWhatTheWholeSequenceGives(int piece)
    {
        CausalLanguageModel network = RecurrentLanguageModel.Create(seed: 3).Network;
        Tensor tokens = Tokens(network, changed: -1);
        int vocabulary = network.Config.Vocab;
        float[] expected = network.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = network.CreateState(Rows);
        long bytes = state.Bytes;
        for (int place = 0; place < Length; place += piece)
        {
            int count = Math.Min(piece, Length - place);
            float[] scores = network.Step(tokens.Slice(1, place, count), state).ToArray();
            for (int i = 0; i < scores.Length; i++)
            {
                int row = i / vocabulary, last = place + count - 1;
                Assert.Equal(expected[(((row * Length) + last) * vocabulary) + (i % vocabulary)], scores[i], 2e-5f);
            }
        }

        Assert.Equal(bytes, state.Bytes);
    }

    [Fact]
    public void ALaterTokenChangesNothingBefore()
    {
        const int changed = 8;
        CausalLanguageModel network = RecurrentLanguageModel.Create(seed: 3).Network;
        int vocabulary = network.Config.Vocab;
        float[] before = network.Forward(Tokens(network, -1), ForwardContext.Inference).ToArray();
        float[] after = network.Forward(Tokens(network, changed), ForwardContext.Inference).ToArray();
        Assert.Equal(before[..(changed * vocabulary)], after[..(changed * vocabulary)]);
        Range last = ((Length - 1) * vocabulary)..(Length * vocabulary);
        Assert.NotEqual(before[last], after[last]);
    }

    [Fact]
    public void ItsGradientsPassTheCheck()
    {
        GatedRecurrence layer = new(4, new RandomSource(3));
        Tensor x = Tensor.Uniform(new Shape(2, 5, 4), -1, 1, new RandomKey(3, 0));
        Tensor[] inputs = [x, .. layer.Parameters().Select(named => named.Parameter)];
        Assert.InRange(GradientCheck.Run(
            _ => layer.Attend(x, new AttentionMask(Causal: true), null, ForwardContext.Inference), inputs), 0, 5e-4);
        Assert.Throws<ArgumentException>(() => layer.Attend(x, new AttentionMask(), null, ForwardContext.Inference));
    }

    [Fact]
    public void ItLearnsWritesAndIsRestored()
    {
        LanguageModel model = RecurrentLanguageModel.Create(seed: 1), restored = RecurrentLanguageModel.Create(seed: 2);
        List<double> losses = [];
        RecurrentLanguageModel.Train(model, steps: 60, (_, loss) => losses.Add(loss));
        Assert.True(losses[^1] < 0.6 * losses[0], $"{losses[0]} became {losses[^1]}");

        string path = Path.Combine(_folder.FullName, "model.safetensors");
        ModuleWeights.Save(model.Network, path);
        ModuleWeights.Load(restored.Network, path);
        GenerationOptions greedy = new() { MaxTokens = 40, Temperature = 0 };
        string text = string.Concat(model.Generate("Once upon a time ", greedy));
        Assert.Equal(40, text.Length);
        Assert.Equal(text, string.Concat(restored.Generate("Once upon a time ", greedy)));
    }

    [Fact]
    public void NoFolderTellsThatItsAttentionIsSoftmax()
    {
        LanguageModel model = RecurrentLanguageModel.Create(seed: 1);
        foreach (Action<string> save in (Action<string>[])
            [path => model.Save(path), path => model.SaveAsGpt2(path), path => model.SaveAsLlama(path)])
        {
            string path = Path.Combine(_folder.FullName, "refused");
            Assert.Contains("attention of its own", Assert.Throws<InputException>(() => save(path)).Message, StringComparison.Ordinal);
            Assert.Empty(_folder.EnumerateFileSystemInfos());
        }
    }

    [Fact]
    public void HeadsAreRefused() => Assert.Contains("heads is 2", Assert.Throws<InputException>(() => new CausalLanguageModel(
        new LanguageModelConfig { Vocab = 5, Dim = 4, Layers = 1, Heads = 2 }, new RandomSource(1), new GatedRecurrenceSlot())).Message,
        StringComparison.Ordinal);

    private static Tensor Tokens(CausalLanguageModel network, int changed) => Tensor.From(
        [.. Enumerable.Range(0, Rows * Length).Select(i => ((i * 7) + (i == changed ? 1 : 0)) % network.Config.Vocab)],
        new Shape(Rows, Length));
}
