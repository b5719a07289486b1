using System.Text;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Notes how exactly matrices are multiplied when a line is written.</summary>
internal sealed class PrecisionWriter : TextWriter
{
    /// <summary>The precisions, one per line.</summary>
    public List<MatMulPrecision> Precisions { get; } = [];

    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => Precisions.Add(MatMulPrecisionScope.Of(Device.Current));
}
