using System.Text;

namespace Sluice.Controller.Hosting;

/// <summary>Answers in plain text, for people with curl and for probes.</summary>
internal static class PlainText
{
    /// <summary>Whether the request reads; if not, it has been answered with 405.</summary>
    public static bool IsRead(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD";
        return false;
    }

    /// <summary>Answers with a status and a line of text.</summary>
    public static async Task AnswerAsync(HttpContext context, int status, string text)
    {
        var body = Encoding.UTF8.GetBytes(text + "\n");
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
