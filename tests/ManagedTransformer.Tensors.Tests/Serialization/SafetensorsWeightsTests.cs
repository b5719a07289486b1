using ManagedTransformer.Tensors.Serialization;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Serialization;

/// <summary>Parameters whose values stay in the file, and those that cannot.</summary>
public sealed class SafetensorsWeightsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-weights-");

    private string FilePath => Path.Combine(_folder.FullName, "a.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void AMatrixOfTheWantedTypeIsThatOfTheFile(DType type)
    {
        Tensor values = Numbers(6, 70).Cast(type);
        SafetensorsWriter.Write(FilePath, [("w", values)]);
        Parameter parameter = Read(("w", new Parameter(Tensor.Zeros(new Shape(6, 70)))), type);
        Assert.True(IsMapped(parameter));
        Assert.Equal(type, parameter.DType);
        Assert.False(parameter.RequiresGradient);
        Assert.Equal(values.ToArray(), parameter.ToArray());

        Tensor x = Numbers(2, 70);
        using NoGradientScope _ = new();
        Assert.Equal(x.Linear(values).ToArray(), x.Linear(parameter).ToArray());
    }

    [Fact]
    public void AFileThatIsReplacedStaysAsLongAsAParameterNeedsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps a mapped file from being replaced.");
        Tensor values = Numbers(64, 512).Cast(DType.BFloat16);
        SafetensorsWriter.Write(FilePath, [("w", values)]);
        Parameter parameter = Read(("w", new Parameter(Tensor.Zeros(new Shape(64, 512)))), DType.BFloat16);
        SafetensorsWriter.Write(FilePath, [("w", Tensor.Zeros(new Shape(1, 1)))]);
        File.Delete(FilePath);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(values.ToArray(), parameter.ToArray());
        parameter.Release();
        Assert.Throws<InvalidOperationException>(() => parameter.ToArray());
    }

    [Theory]
    [InlineData(DType.BFloat16, true)]
    [InlineData(DType.BFloat16, false)]
    [InlineData(DType.Int8, true)]
    [InlineData(DType.Int8, false)]
    [InlineData(DType.Int4, true)]
    [InlineData(DType.Int4, false)]
    public void APackedMatrixIsMappedWhereItsPartsFollowOneAnother(DType type, bool isInOrder)
    {
        Tensor first = Numbers(3, 40).Cast(type), second = (Numbers(5, 40) * 2).Cast(type);
        SafetensorsWriter.Write(FilePath, isInOrder ? [("a", first), ("b", second)] : [("b", second), ("a", first)]);
        Parameter packed = new(Tensor.Zeros(new Shape(8, 40))), a = packed.Rows(0, 3), b = packed.Rows(3, 5);
        Read(type, ("b", b), ("a", a));
        Assert.Equal(isInOrder, IsMapped(packed));
        Assert.Equal(first.ToArray(), a.ToArray());
        Assert.Equal(second.ToArray(), b.ToArray());
        Assert.Equal([.. first.ToArray(), .. second.ToArray()], packed.ToArray());
    }

    [Theory]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void IntegersAreReadAsFloatsWhereThatIsWanted(DType type)
    {
        Tensor values = Numbers(4, 33).Cast(type);
        SafetensorsWriter.Write(FilePath, [("w", values)]);
        Parameter parameter = Read(("w", new Parameter(Tensor.Zeros(new Shape(4, 33)))), DType.Float32);
        Assert.Equal(DType.Float32, parameter.DType);
        Assert.True(parameter.RequiresGradient);
        Assert.Equal(values.ToArray(), parameter.ToArray());
        Assert.Equal(type, Read(("w", new Parameter(Tensor.Zeros(new Shape(4, 33)))), null).DType);
    }

    [Fact]
    public void FloatsAreRoundedAsTheyAreRead()
    {
        Tensor values = Numbers(4, 33);
        SafetensorsWriter.Write(FilePath, [("w", values)]);
        foreach (DType type in new[] { DType.Int8, DType.Int4 })
        {
            Parameter parameter = Read(("w", new Parameter(Tensor.Zeros(new Shape(4, 33)))), type);
            Assert.Equal(type, parameter.DType);
            Assert.Equal(values.Cast(type).ToArray(), parameter.ToArray());
        }

        // Lookups move pairs of halves.
        Assert.Equal(DType.Float32, Read(("w", new Parameter(Tensor.Zeros(new Shape(4, 33)))), DType.BFloat16).DType);
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedInOneSentence()
    {
        Tensor values = Numbers(4, 33).Cast(DType.Int8);
        Parameter target = new(Tensor.Zeros(new Shape(4, 33)));
        SafetensorsWriter.Write(FilePath, [("w", values)]);
        Assert.Contains("not rounded again", Refused(("w", target), DType.Int4), StringComparison.Ordinal);
        Assert.Contains("missing", Refused(("v", target), DType.Int8), StringComparison.Ordinal);
        Assert.Contains("instead of I8 [4, 34]", Refused(("w", new Parameter(Tensor.Zeros(new Shape(4, 34)))), null),
            StringComparison.Ordinal);

        // Scales of another type, in a header of the same length.
        string bytes = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(FilePath));
        File.WriteAllBytes(FilePath, System.Text.Encoding.Latin1.GetBytes(bytes.Replace("\"BF16\"", "\"I16\" ", StringComparison.Ordinal)));
        Assert.Contains("w.scale", Refused(("w", target), null), StringComparison.Ordinal);

        float[] bad = new float[132];
        bad[5] = float.NaN;
        SafetensorsWriter.Write(FilePath, [("w", Tensor.From(bad, new Shape(4, 33)))]);
        Assert.Contains("'w' holds NaN or an infinity", Refused(("w", target), DType.Int8), StringComparison.Ordinal);
    }

    private string Refused((string Name, Parameter Parameter) part, DType? weights)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(part, weights)).Message;
        Assert.Contains(FilePath, message, StringComparison.Ordinal);
        return message;
    }

    private Parameter Read((string Name, Parameter Parameter) part, DType? weights)
    {
        Read(weights, part);
        return part.Parameter;
    }

    private void Read(DType? weights, params (string Name, Parameter Parameter)[] parts)
    {
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        SafetensorsWeights.Read([.. parts.Select(part => new StoredParameter(part.Parameter, file, part.Name, true))], weights);
    }

    private static bool IsMapped(Tensor tensor) => ((HostStorage)tensor.Storage).IsMapped
        && (tensor.Storage.Scales is null || ((HostStorage)tensor.Storage.Scales.Values).IsMapped);

    private static Tensor Numbers(int rows, int width) => Tensor.Normal(new Shape(rows, width), 0, 1, new RandomKey(1, (ulong)rows));
}
