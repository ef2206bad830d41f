// The page of a folder: /photos and /photos/ are /photos/index.html.
function handler(event) {
    var request = event.request;
    var last = request.uri.split('/').pop();
    if (last === '') {
        request.uri += 'index.html';
    } else if (last.indexOf('.') === -1) {
        request.uri += '/index.html';
    }
    return request;
}
