using ManagedTransformer.Import;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Checkpoints that the authors' programs wrote become model folders that compute what those programs computed.</summary>
public sealed class CheckpointCaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<TheoryDataRow<string>> Cases(string system) => CheckpointCase.All()
        .Where(path => new CheckpointCase(path).System == system)
        .Select(path => new TheoryDataRow<string>(path) { TestDisplayName = $"{system} {path}" });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases), "convert", DisableDiscoveryEnumeration = true)]
    public void AModelComputesWhatItsAuthorsComputed(string path)
    {
        CheckpointCase test = new(path);
        string output = _folder["out"];
        ModelImport.Run(test.Checkpoint, output, test.Options());
        Tensor scores = Scores(test, output);
        using SafetensorsFile file = SafetensorsFile.Open(test.Expected);
        string name = file.Entries.Single().Name;
        Tensor wanted = file.ReadTensor(name);
        Assert.Equal(wanted.Shape, scores.Shape);
        double error = Errors(wanted, name == "log_probs" ? scores.LogSoftmax() : scores, test.ValidLengths).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"largest error {error:E2} of {test.Tolerance:E0}");
        Assert.True(error <= test.Tolerance, $"largest |got - want| / (1 + |want|) is {error:E2}");
    }

    [Theory]
    [MemberData(nameof(Cases), "convert", DisableDiscoveryEnumeration = true)]
    public void ConvertingTwiceGivesTheSameBytes(string path)
    {
        CheckpointCase test = new(path);
        string first = _folder["first"], second = _folder["second"];
        ModelImport.Run(test.Checkpoint, first, test.Options());
        ModelImport.Run(test.Checkpoint, second, test.Options());
        string[] names = [.. Directory.EnumerateFiles(first).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.EnumerateFiles(second).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(names, name =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, name)), File.ReadAllBytes(Path.Combine(second, name))));
    }

    [Theory]
    [MemberData(nameof(Cases), "tensors", DisableDiscoveryEnumeration = true)]
    public void PlainTensorsAreKeptExactly(string path)
    {
        CheckpointCase test = new(path);
        string output = _folder["out"];
        ModelImport.Run(test.Checkpoint, output, test.Options());
        using SafetensorsFile wanted = SafetensorsFile.Open(test.Expected);
        using SafetensorsFile got = SafetensorsFile.Open(Path.Combine(output, "model.safetensors"));
        Assert.Equal(wanted.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal),
            got.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        byte[] wantedBytes = File.ReadAllBytes(test.Expected), gotBytes = File.ReadAllBytes(Path.Combine(output, "model.safetensors"));
        foreach (SafetensorsEntry entry in wanted.Entries)
        {
            Assert.True(got.TryGetEntry(entry.Name, out SafetensorsEntry? own));
            Assert.Equal(entry.TypeCode, own.TypeCode);
            Assert.Equal(entry.Count, own.Count);
            if (entry.Count != 1)
            {
                Assert.Equal(entry.Shape, own.Shape);
            }

            if (entry.Type == SafetensorsType.Float32)
            {
                Assert.Equal(wanted.ReadFloats(entry.Name), got.ReadFloats(entry.Name));
            }
            else
            {
                Assert.Equal(Bytes(wantedBytes, entry), Bytes(gotBytes, own));
            }
        }

        static byte[] Bytes(byte[] file, SafetensorsEntry entry) => file[(int)entry.Offset..(int)(entry.Offset + entry.ByteLength)];
    }

    [Theory]
    [MemberData(nameof(Cases), "refuse", DisableDiscoveryEnumeration = true)]
    public void WhatCannotBeConvertedIsRefusedByName(string path)
    {
        CheckpointCase test = new(path);
        string output = _folder["out"];
        InputException e = Assert.Throws<InputException>(() => ModelImport.Run(test.Checkpoint, output, test.Options()));
        TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
        Assert.Contains(test.Refusals, word => e.Message.Contains(word, StringComparison.Ordinal));
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void TheRepositoryHasCasesOfEachKind() => Assert.Equal(
        ["convert", "refuse", "tensors"],
        CheckpointCase.All().Where(path => path.StartsWith(Repository.Root, StringComparison.Ordinal))
            .Select(path => new CheckpointCase(path).System).Distinct().Order(StringComparer.Ordinal));

    private static Tensor Scores(CheckpointCase test, string folder)
    {
        using NoGradientScope _ = new();
        return TrainedModel.Open(folder) switch
        {
            LanguageModel model => model.Network.Forward(Ids(test.Tokens("tokens")!), ForwardContext.Inference),
            TranslationModel model => model.Network.Forward(
                Ids(test.Tokens("src_tokens")!), Ids(test.Tokens("prev_output_tokens")!), ForwardContext.Inference),
            var other => throw new InvalidOperationException($"{other.GetType()}"),
        };
    }

    private static Tensor Ids(int[][] rows) => Tensor.From([.. rows.SelectMany(row => row)], new Shape(rows.Length, rows[0].Length));

    private static IEnumerable<double> Errors(Tensor wanted, Tensor got, int[]? lengths)
    {
        float[] want = wanted.ToArray(), have = got.ToArray();
        int positions = wanted.Shape[1], width = wanted.Shape[2];
        for (int i = 0; i < want.Length; i++)
        {
            int row = i / width / positions, position = i / width % positions;
            if (lengths is null || position < lengths[row])
            {
                yield return Math.Abs(have[i] - (double)want[i]) / (1 + Math.Abs((double)want[i]));
            }
        }
    }
}
