using FlashDiffusion.Server.Errors;
using Microsoft.AspNetCore.Http;

namespace FlashDiffusion.Server.Tests.Errors;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("asks for a key: send 'authorization: Bearer KEY'.", "asks for a key: send 'authorization: Bearer KEY'.")]
    [InlineData("100 % ~", "100 %25 ~")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("größer 😀", "gr%C3%B6%C3%9Fer %F0%9F%98%80")]
    public void Write_EncodesWhatGrpcAsksForOnly(string message, string sent)
    {
        var headers = new HeaderDictionary();

        StatusMessage.Write(headers, message);

        Assert.Equal(sent, headers["grpc-message"].ToString());
        Assert.Equal(message, StatusMessage.Read(headers));
    }
}
