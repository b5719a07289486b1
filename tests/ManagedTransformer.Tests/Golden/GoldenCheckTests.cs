using System.Buffers.Binary;
using System.Text;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>The runner itself: it finds wrong values, wrong gradients and what was left out.</summary>
public sealed class GoldenCheckTests
{
    private static readonly string _layerNorm = Path.Combine(GoldenFiles.Root, "tests", "golden", "baseline", "layer_norm_s0.safetensors");

    [Fact]
    public void RightValuesPass() => Assert.Empty(Report(_layerNorm, check => new Baseline.LayerNormSystem().Run(check.Case, check)));

    [Theory]
    [InlineData("out/y")]
    [InlineData("grad/in/x")]
    [InlineData("grad/param/bias")]
    public void AWrongElementIsNamedWithItsPlace(string name)
    {
        string report = WithDamage(name, 5, 1e-3f, path => Report(path, check => new Baseline.LayerNormSystem().Run(check.Case, check)));
        Assert.StartsWith(name, report, StringComparison.Ordinal);
        Assert.Contains(name == "grad/param/bias" ? "[5]" : "[0, 0, 5]", report, StringComparison.Ordinal);
        Assert.Contains("expected", report, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongTextIsShown()
    {
        string report = Report(_layerNorm, check =>
        {
            new Baseline.LayerNormSystem().Run(check.Case, check);
            check.CompareText("same", "a b", "a b");
            check.CompareText("tokens", "a b", "a c");
        });
        Assert.Equal("tokens: expected 'a b', is 'a c'", report);
    }

    [Fact]
    public void NotANumberIsWrong()
    {
        string report = Report(_layerNorm, check => check.Compare("out/y", Tensor.Full(check.Case.ShapeOf("out/y"), float.NaN)));
        Assert.Contains("is NaN", report, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasNotComparedIsReported()
    {
        string report = Report(_layerNorm, check => check.Compare("out/y", check.Case.Floats("out/y")));
        Assert.Equal(["grad/in/x", "grad/param/bias", "grad/param/weight"], report.Split('\n').Select(line => line.Split(':')[0]).Order());
    }

    [Fact]
    public void AnotherShapeIsReported()
    {
        string report = Report(_layerNorm, check => check.Compare("out/y", check.Case.Floats("out/y").Transpose(0, 1)));
        Assert.Contains("shape", report, StringComparison.Ordinal);
    }

    private static string Report(string path, Action<GoldenCheck> run)
    {
        GoldenCheck check = new(new GoldenCase(path), 5e-5);
        run(check);
        return check.Report();
    }

    // The same file with one element of one tensor changed.
    private static string WithDamage(string name, int element, float change, Func<string, string> use)
    {
        byte[] bytes = File.ReadAllBytes(_layerNorm);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var json = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, header));
        int place = 8 + header + json.RootElement.GetProperty(name).GetProperty("data_offsets")[0].GetInt32() + (element * sizeof(float));
        Span<byte> value = bytes.AsSpan(place, sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(value, BinaryPrimitives.ReadSingleLittleEndian(value) + change);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        File.WriteAllBytes(path, bytes);
        try
        {
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
