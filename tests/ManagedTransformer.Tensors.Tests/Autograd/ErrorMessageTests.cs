using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Wrong operands are refused with the operator's name and the shapes.</summary>
public sealed class ErrorMessageTests
{
    private static readonly Tensor _a = Tensor.Zeros(new Shape(2, 3)), _b = Tensor.Zeros(new Shape(4, 5)),
        _indices = Tensor.From([0, 9], new Shape(2));

    public static TheoryData<string, string[]> Operators => new()
    {
        { "Add", ["Add", "[2, 3]", "[4, 5]"] },
        { "Select", ["Select", "[2, 3]", "[4, 5]"] },
        { "Reshape", ["Reshape", "[2, 3]", "[7]"] },
        { "Permute", ["Permute", "[0, 0]", "[2, 3]"] },
        { "Slice", ["Slice", "[2, 3]"] },
        { "Split", ["Split", "[2, 3]"] },
        { "Expand", ["Expand", "[2, 3]", "[5, 3]"] },
        { "Concat", ["Concat", "[2, 3]", "[4, 5]"] },
        { "MatMul", ["MatMul", "[2, 3]", "[4, 5]"] },
        { "Linear", ["Linear", "[2, 3]", "[4, 5]"] },
        { "Linear bias", ["Linear", "[4, 3]", "[2]"] },
        { "LayerNorm", ["LayerNorm", "gain", "[2, 3]", "[5]"] },
        { "AddLayerNorm", ["AddLayerNorm", "[2, 3]", "[4, 5]"] },
        { "BatchNorm", ["BatchNorm", "runningMean", "[2, 3]", "[5]"] },
        { "BatchNorm rows", ["BatchNorm", "two rows", "[1, 3]"] },
        { "Embedding", ["Embedding", "[3]"] },
        { "Embedding index", ["9"] },
        { "Gather", ["Gather", "[2, 3]", "[2]"] },
        { "ScatterAdd", ["ScatterAdd", "[2, 3]", "[2, 1]"] },
        { "TopK", ["TopK", "4", "[2, 3]"] },
        { "CrossEntropy", ["CrossEntropy", "[2, 3]", "[4]"] },
        { "CrossEntropy target", ["9"] },
        { "ProjectedCrossEntropy", ["ProjectedCrossEntropy", "[2, 3]", "[4, 5]"] },
        { "ProjectedCrossEntropy bias", ["ProjectedCrossEntropy", "[2, 3]", "[4]"] },
        { "Attention", ["Attention", "[2, 3]"] },
        { "Attention padding", ["Attention", "[1, 2]", "[2, 3]"] },
        { "SelfAttention", ["SelfAttention", "[2, 3]"] },
        { "Dropout", ["Dropout", "1.5"] },
        { "Clamp", ["Clamp", "2", "1"] },
        { "integers", ["Exp", "Int32"] },
        { "float indices", ["Embedding", "Float32"] },
        { "axis", ["2", "[2, 3]"] },
        { "axis twice", ["Sum", "twice"] },
        { "Assign", ["Assign", "[2, 3]", "[4, 5]"] },
        { "Item", ["Item", "[2, 3]"] },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void NamesOperatorAndShapes(string name, string[] parts)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Act(name));
        Assert.True(error is ArgumentException or InvalidOperationException, error.ToString());
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static object Act(string name) => name switch
    {
        "Add" => _a.Add(_b),
        "Select" => _a.Select(_a, _b),
        "Reshape" => _a.Reshape(new Shape(7)),
        "Permute" => _a.Permute(0, 0),
        "Slice" => _a.Slice(1, 2, 2),
        "Split" => _a.Split(1, 1, 1),
        "Expand" => _a.Expand(new Shape(5, 3)),
        "Concat" => TensorOperators.Concat(0, _a, _b),
        "MatMul" => _a.MatMul(_b),
        "Linear" => _a.Linear(_b),
        "Linear bias" => _a.Linear(Tensor.Zeros(new Shape(4, 3)), Tensor.Zeros(new Shape(2))),
        "LayerNorm" => _a.LayerNorm(Tensor.Zeros(new Shape(5)), Tensor.Zeros(new Shape(3))),
        "AddLayerNorm" => _a.AddLayerNorm(_b, Tensor.Zeros(new Shape(3)), Tensor.Zeros(new Shape(3))),
        "BatchNorm" => Normalize(_a, 5),
        "BatchNorm rows" => Normalize(Tensor.Zeros(new Shape(1, 3)), 3),
        "Embedding" => Tensor.Zeros(new Shape(3)).Embedding(_indices),
        "Embedding index" => _a.Embedding(_indices),
        "Gather" => _a.Gather(1, _indices),
        "ScatterAdd" => _a.ScatterAdd(1, Tensor.From([0, 0], new Shape(2, 1)), _a),
        "TopK" => _a.TopK(4),
        "CrossEntropy" => _a.CrossEntropy(Tensor.From([0, 0, 0, 0], new Shape(4))),
        "CrossEntropy target" => _a.CrossEntropy(_indices),
        "ProjectedCrossEntropy" => _a.ProjectedCrossEntropy(_b, Tensor.From([0, 0], new Shape(2))),
        "ProjectedCrossEntropy bias" => _a.ProjectedCrossEntropy(_a, Tensor.From([0, 0], new Shape(2)), null, Tensor.Ones(new Shape(4))),
        "Attention" => _a.Attention(_a, _a),
        "Attention padding" => Heads().Attention(Heads(), Heads(), new AttentionOptions { KeyPadding = _a }),
        "SelfAttention" => _a.SelfAttention(),
        "Dropout" => _a.Dropout(1.5f, default),
        "Clamp" => _a.Clamp(2, 1),
        "integers" => _indices.Exp(),
        "float indices" => _a.Embedding(_a),
        "axis" => _a.Sum([2]),
        "axis twice" => _a.Sum([1, -1]),
        "Assign" => Assign(),
        "Item" => _a.Item(),
        _ => throw new NotSupportedException(name),
    };

    private static Tensor Heads() => Tensor.Zeros(new Shape(1, 2, 1, 4));

    private static Tensor Normalize(Tensor x, int running) =>
        x.BatchNorm(Tensor.Ones(new Shape(3)), Tensor.Zeros(new Shape(3)), Tensor.Zeros(new Shape(running)), Tensor.Ones(new Shape(3)),
            training: true);

    private static Tensor Assign()
    {
        _a.Assign(_b);
        return _a;
    }
}
