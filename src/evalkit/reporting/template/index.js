(function(){
var d=document,g=function(i){return d.getElementById(i)},b=g('places'),r=[].slice.call(b.rows),q=g('find'),o=g('order'),n=g('found');
function f(s){return s.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g,'').replace(/\u0111/g,'d')}
function c(){var m=r.filter(function(x){return x.offsetHeight}).length,t=n.dataset.said.replace('#',m);if(n.textContent!==t)n.textContent=t}
function s(){var w=f(q.value).split(/\s+/);r.forEach(function(x){x.hidden=!w.every(function(z){return x.key.includes(z)})});c()}
r.forEach(function(x){x.key=f(x.cells[0].textContent+' '+x.dataset.k)});
q.addEventListener('input',s);
o.addEventListener('change',function(){var k=o.value;r.slice().sort(function(x,y){return (x.dataset[k]||0)-(y.dataset[k]||0)}).forEach(function(x){b.appendChild(x)})});
d.addEventListener('change',c);
addEventListener('pageshow',s);
g('tools').hidden=false;
s()
})()
