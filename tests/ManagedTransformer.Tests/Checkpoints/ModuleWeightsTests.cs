using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints;

public sealed class ModuleWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WeightsComeBackBitForBit()
    {
        Packed saved = new(1), loaded = new(2);
        ModuleWeights.Save(saved, FilePath, new Dictionary<string, string> { ["step"] = "7" });
        ModuleWeights.Load(loaded, FilePath);
        Assert.Equal(saved.All.ToArray(), loaded.All.ToArray());
        Assert.Equal(saved.Mean.ToArray(), loaded.Mean.ToArray());
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal("7", file.Metadata["step"]);
        Assert.Equal(["query.weight", "key.weight", "mean"], file.Entries.Select(entry => entry.Name));
    }

    [Fact]
    public void TheFirstDifferenceIsReportedAndNothingChanges()
    {
        float[] before = new Packed(1).All.ToArray();
        (string, Tensor) query = ("query.weight", Values(2, 3)), key = ("key.weight", Values(1, 3)), mean = ("mean", Values(4));
        RequireRefused("lacks the tensor 'key.weight' of the shape [1, 3]", query, mean);
        RequireRefused("'key.weight' has the shape [3, 1] in the file", query, ("key.weight", Values(3, 1)), mean);
        RequireRefused("has the tensor 'extra' of the shape [2]", query, key, mean, ("extra", Values(2)));
        RequireRefused("'mean' holds integers (I32)", query, key, ("mean", Tensor.From([1, 2, 3, 4], new Shape(4))));
        File.WriteAllText(FilePath, "no tensors");
        RequireMessage("truncated or no safetensors file");
        File.Delete(FilePath);
        RequireMessage("does not exist");
        Assert.Contains("cannot be written",
            Assert.Throws<InputException>(() => ModuleWeights.Save(new Packed(1), _folder["none/a"])).Message, StringComparison.Ordinal);

        void RequireRefused(string expected, params (string, Tensor)[] tensors)
        {
            SafetensorsWriter.Write(FilePath, tensors);
            RequireMessage(expected);
        }

        void RequireMessage(string expected)
        {
            Packed module = new(1);
            string message = Assert.Throws<InputException>(() => ModuleWeights.Load(module, FilePath)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains(FilePath, message, StringComparison.Ordinal);
            Assert.Equal(before, module.All.ToArray());
        }
    }

    private static Tensor Values(params ReadOnlySpan<int> sizes)
    {
        Shape shape = new(sizes);
        return Tensor.From(new float[shape.Count], shape);
    }

    /// <summary>Two named weights that are rows of one packed parameter, and a buffer.</summary>
    private sealed class Packed : Module
    {
        public Packed(int seed)
        {
            All = new Parameter(Tensor.From(Enumerable.Range(0, 9).Select(i => MathF.Exp(i + seed)).ToArray(), new Shape(3, 3)));
            Query = All.Rows(0, 2);
            Key = All.Rows(2, 1);
            Mean = Tensor.From([(float)seed, 2f, 3f, 4f], new Shape(4));
        }

        public Parameter All { get; }

        public Parameter Query { get; }

        public Parameter Key { get; }

        public Tensor Mean { get; }

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("query.weight", Query);
            visit.Add("key.weight", Key);
            visit.Add("shared.weight", Key);
            visit.AddBuffer("mean", Mean);
        }
    }
}
