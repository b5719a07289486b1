using Microsoft.Extensions.AI;
using Xunit;

namespace ManagedTransformer.Extensions.AI.Tests;

/// <summary>What many requests leave behind.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const int Requests = 2_000;
    private const long MostManaged = 1 << 20, MostResident = 48 << 20;

    [Fact]
    public async Task TwoThousandRequestsLeaveNothing()
    {
        using IChatClient client = TinyModel.Create().AsIChatClient();
        await Ask(200);
        (long managed, long resident) = Measure();
        await Ask(Requests);
        (long managedThen, long residentThen) = Measure();
        Assert.InRange(managedThen - managed, long.MinValue, MostManaged);
        Assert.InRange(residentThen - resident, long.MinValue, MostResident);

        async Task Ask(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await client.GetResponseAsync(
                    "Once ", new ChatOptions { Seed = i, MaxOutputTokens = 4 }, TestContext.Current.CancellationToken);
            }
        }
    }

    private static (long Managed, long Resident) Measure()
    {
        // What the collector keeps for later grows with the processor's cache.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }
}
