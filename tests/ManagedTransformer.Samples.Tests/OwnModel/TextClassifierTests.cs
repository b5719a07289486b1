using ManagedTransformer.Checkpoints;
using ManagedTransformer.Samples.OwnModel;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Samples.Tests.OwnModel;

/// <summary>The sample's classifier, which is no language model.</summary>
public sealed class TextClassifierTests : IDisposable
{
    private const int Steps = 300;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("own-model");

    private static readonly IReadOnlyList<(string Text, int Language)> _all = WordOrders.Draw(2300, seed: 1);

    private static readonly (string, int)[] _examples = [.. _all.Take(2000)], _unseen = [.. _all.Skip(2000)];

    private static readonly Lazy<TextClassifier> _trained = new(() => TextClassifier.Train(_examples, WordOrders.Languages, Steps));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ItTellsLanguagesApartThatDifferInTheOrderOfWordsAlone()
    {
        double accuracy = _trained.Value.Accuracy(_unseen);
        Assert.True(accuracy > 0.95, $"{accuracy:P1} of six languages");
    }

    [Fact]
    public void WithoutLayersItCannot()
    {
        TextClassifier counting = TextClassifier.Train(
            _examples, WordOrders.Languages, Steps, new ClassifierOptions { Vocabulary = 0, Classes = 0, Layers = 0 });
        Assert.InRange(counting.Accuracy(_unseen), 0, 0.35);
    }

    [Fact]
    public void TheSameSeedGivesTheSameClassifier()
    {
        (string, int)[] few = _examples[..200];
        float[][] Scores() => TextClassifier.Train(few, WordOrders.Languages, steps: 5).Scores(_all[0].Text);
        Assert.Equal(Scores()[0], Scores()[0]);
    }

    [Fact]
    public void LoadedItGivesTheSameScores()
    {
        string path = Path.Combine(_folder.FullName, "saved");
        string[] texts = [.. _unseen.Take(20).Select(example => example.Item1)];
        _trained.Value.Save(path);
        TextClassifier loaded = TextClassifier.Load(path);
        Assert.Equal(WordOrders.Languages, loaded.Labels);
        Assert.Equal(_trained.Value.Scores(texts).SelectMany(row => row), loaded.Scores(texts).SelectMany(row => row));
    }

    [Fact]
    public void OtherTextsBesideOneChangeNothing()
    {
        string[] texts = [.. _unseen.Take(10).Select(example => example.Item1)];
        float[][] together = _trained.Value.Scores(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            float[] alone = _trained.Value.Scores(texts[i])[0];
            Assert.All(alone.Zip(together[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    [Fact]
    public void WhatIsDamagedOrDoesNotFitIsTold()
    {
        string path = Path.Combine(_folder.FullName, "saved");
        Assert.Contains("nowhere", Message(() => TextClassifier.Load(Path.Combine(_folder.FullName, "nowhere"))), StringComparison.Ordinal);
        Assert.Contains("64 words", Message(() => _trained.Value.Scores("")), StringComparison.Ordinal);
        string tooLong = string.Join(' ', Enumerable.Repeat("nun", 65));
        Assert.Contains("to 65", Message(() => _trained.Value.Scores(tooLong)), StringComparison.Ordinal);
        Assert.Contains("Dim = 30", Message(
            () => _ = new SequenceClassifier(new ClassifierOptions { Vocabulary = 5, Classes = 2, Dim = 30 }, new RandomSource(1))),
            StringComparison.Ordinal);

        _trained.Value.Save(path);
        string config = Path.Combine(path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"Dim\"", "\"Dime\"", StringComparison.Ordinal));
        Assert.Contains("config.json", Message(() => TextClassifier.Load(path)), StringComparison.Ordinal);
        CheckpointFolder.Write(path, folder => File.Copy(config, Path.Combine(folder, "config.json")));
        Assert.Contains("'Dime'", Message(() => TextClassifier.Load(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(2f)]
    public void TheLossIsItsFormula(float gamma)
    {
        float[] logits = [0.3f, -1, 2, 0.5f, 0.25f, -0.75f];
        int[] labels = [2, 0];
        Tensor x = Tensor.From(logits, new Shape(2, 3)), y = Tensor.From(labels, new Shape(2));
        double expected = labels.Select((label, row) =>
        {
            double p = Math.Exp(logits[(3 * row) + label]) / Enumerable.Range(3 * row, 3).Sum(i => Math.Exp(logits[i]));
            return -Math.Pow(1 - p, gamma) * Math.Log(p);
        }).Sum();
        Assert.Equal(expected, FocalLoss.Sum(x, y, gamma).Item(), 1e-5);
        Assert.InRange(GradientCheck.Run(inputs => FocalLoss.Sum(inputs[0], y, gamma), [x]), 0, 5e-4);
    }

    private static string Message(Action action) => Assert.Throws<InputException>(action).Message;
}
