using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>Turns what drivers throw into one sentence.</summary>
internal static class DriverCall
{
    /// <summary>Runs a call into a driver.</summary>
    /// <exception cref="DeviceException">Whatever the driver threw.</exception>
    public static TResult Run<TResult>(string device, Func<TResult> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is not DeviceException)
        {
            throw new DeviceException($"{device} failed: {Innermost(e)}", e);
        }
    }

    /// <summary>What was behind an exception, in one line.</summary>
    public static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        return e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.') is { Length: > 0 } message ? message : e.GetType().Name;
    }
}
