using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.BadInputs;

[Collection(BadInputCollection.Name)]
public sealed class BadInputReconstructTests(BadInputServer server)
{
    public static TheoryData<string, object> Cases => BadCase<V1.ReconstructRequest>.Rows(BadReconstructions.All);

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task Reconstruct_BadInput_IsRefusedAtItsField(string name, object given)
    {
        var bad = Assert.IsType<BadCase<V1.ReconstructRequest>>(given);
        var request = MapperScene.Fine();
        bad.Spoil(request);

        Assert.NotEmpty(name);
        await server.RefusedAsync(() => BadInputServer.DrainAsync(server.Reconstruction.Reconstruct(request, InProcessServer.Call())), bad.Field, bad.Code);
    }
}
