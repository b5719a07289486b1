using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// That every kernel's text is of the known kind shows when the suite runs on an OpenCL device: an unknown barrier throws there.
/// </summary>
public sealed class OpenClSourceTests
{
    [Fact]
    public void BarriersFenceBothMemories() => Assert.Equal(
        "x;\n work_group_barrier ( CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE );\ny;\n work_group_barrier ( "
        + "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE );",
        OpenClSource.WithFencedBarriers(
            "x;\n work_group_barrier ( CLK_GLOBAL_MEM_FENCE );\ny;\n work_group_barrier ( CLK_GLOBAL_MEM_FENCE );"));

    [Theory]
    [InlineData("work_group_barrier(CLK_GLOBAL_MEM_FENCE);")]
    [InlineData("sub_group_barrier ( CLK_GLOBAL_MEM_FENCE );")]
    public void UnknownBarriersAreRefused(string source) =>
        Assert.Throws<NotSupportedException>(() => OpenClSource.WithFencedBarriers(source));

    [Fact]
    public void NumbersBeginAnewInEveryKernel() => Assert.Equal(
        "struct type_0_kernel { type_1 field_0; }; L_2: type_0 x12; goto L_2;",
        OpenClSource.WithOwnNumbers("struct type_94616_kernel { type_102 field_0; }; L_946160: type_94616 x12; goto L_946160;"));
}
