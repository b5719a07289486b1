using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>Compares a module with itself without values.</summary>
internal static class ShapeComparison
{
    /// <summary>All parameters, then all buffers.</summary>
    public static IReadOnlyList<NamedBuffer> All(Module module) =>
        [.. module.Parameters().Select(named => new NamedBuffer(named.Name, named.Parameter)), .. module.Buffers()];

    /// <summary>The module without values has the names, the shapes and the types of the real one, and refuses to compute.</summary>
    /// <param name="real">The real one.</param>
    /// <param name="create">Makes another like it.</param>
    /// <param name="use">Computes.</param>
    public static void Check<T>(T real, Func<T> create, Action<T> use)
        where T : Module
    {
        T shapes = Initialization.ShapesOnly(create);
        Assert.Equal(All(real).Select(Describe), All(shapes).Select(Describe));
        Assert.Equal(real.ParameterCount, shapes.ParameterCount);
        Assert.Same(Device.Shapes, shapes.Device);
        Assert.Contains("have shapes but no values", Assert.Throws<InvalidOperationException>(() => use(shapes)).Message,
            StringComparison.Ordinal);

        static string Describe(NamedBuffer named) => $"{named.Name} {named.Buffer.DType}{named.Buffer.Shape}";
    }
}
